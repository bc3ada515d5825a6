/** What a calendar server has yet to hear of a calendar itself, undo included: 1 its name, 2 its color; 4: it takes neither. */
export const renamed = /* sql */ `
ALTER TABLE calendar_states ADD COLUMN telling INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER calendars_renamed AFTER UPDATE ON calendars
WHEN new.kind = 'caldav' AND old.kind = 'caldav' AND (old.name IS NOT new.name OR old.color IS NOT new.color)
BEGIN
  INSERT INTO calendar_states (id, telling) VALUES (new.id, (old.name IS NOT new.name) + 2 * (old.color IS NOT new.color))
  ON CONFLICT (id) DO UPDATE SET telling = (telling & 3) | excluded.telling;
END;
`
