/** What was answered to invitations and told by which mail; and cancellations that came before their event. */
export const answers = /* sql */ `
CREATE TABLE event_answers (
  id TEXT PRIMARY KEY,
  answer TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  comment TEXT NOT NULL,
  sending TEXT,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE event_cancellations (
  id TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL,
  stamp INTEGER
) STRICT, WITHOUT ROWID;
`
