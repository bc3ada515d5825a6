/** How a calendar that is only read is read; the address itself is the `href` of the calendar. */
export const subscriptions = /* sql */ `
CREATE TABLE calendar_subscriptions (
  id TEXT PRIMARY KEY,
  every INTEGER NOT NULL,
  alarms INTEGER NOT NULL,
  public INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`
