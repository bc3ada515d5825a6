/**
 * `first_at` and `last_at` bound all that an event repeats as, so that a window is found without unfolding everything.
 * What the bell knows of an event lies beside it: an alarm that rang must not stand in the way of undo.
 * `href`, `etag`, `raw`, `account` and `sync_token` are null for what lives here alone.
 */
export const calendar = /* sql */ `
CREATE TABLE calendars (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  color TEXT NOT NULL,
  account TEXT,
  href TEXT,
  sync_token TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE events (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  uid TEXT NOT NULL,
  calendar TEXT NOT NULL,
  summary TEXT NOT NULL,
  description TEXT NOT NULL,
  location TEXT NOT NULL,
  color TEXT,
  dtstart TEXT NOT NULL,
  dtend TEXT NOT NULL,
  all_day INTEGER NOT NULL,
  tzid TEXT,
  rrule TEXT NOT NULL,
  exdates TEXT NOT NULL,
  rdates TEXT NOT NULL,
  overrides TEXT NOT NULL,
  busy INTEGER NOT NULL,
  cancelled INTEGER NOT NULL,
  alarms TEXT NOT NULL,
  unread TEXT NOT NULL,
  session_id TEXT,
  source TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER,
  href TEXT,
  etag TEXT,
  raw TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_uid ON events (uid, calendar);
CREATE INDEX events_calendar ON events (calendar, first_at);
CREATE INDEX events_ending ON events (last_at) WHERE last_at IS NOT NULL;
CREATE INDEX events_endless ON events (first_at) WHERE last_at IS NULL;

CREATE TRIGGER calendars_emptied BEFORE DELETE ON calendars
WHEN EXISTS (SELECT 1 FROM events WHERE calendar = old.id)
BEGIN SELECT RAISE(ABORT, 'There are events in this calendar by now; delete it with them instead.'); END;

CREATE VIRTUAL TABLE events_text USING fts5(summary, description, location, content='events', content_rowid='n', prefix='1 2 3');
CREATE TRIGGER events_text_add AFTER INSERT ON events BEGIN
  INSERT INTO events_text(rowid, summary, description, location)
  VALUES (new.n, new.summary, new.description, new.location);
END;
CREATE TRIGGER events_text_gone AFTER DELETE ON events BEGIN
  INSERT INTO events_text(events_text, rowid, summary, description, location)
  VALUES ('delete', old.n, old.summary, old.description, old.location);
END;
CREATE TRIGGER events_text_edit AFTER UPDATE ON events
WHEN old.summary IS NOT new.summary OR old.description IS NOT new.description OR old.location IS NOT new.location
BEGIN
  INSERT INTO events_text(events_text, rowid, summary, description, location)
  VALUES ('delete', old.n, old.summary, old.description, old.location);
  INSERT INTO events_text(rowid, summary, description, location)
  VALUES (new.n, new.summary, new.description, new.location);
END;

CREATE TABLE event_alarms (
  id TEXT PRIMARY KEY,
  from_at INTEGER NOT NULL,
  at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX event_alarms_at ON event_alarms (at) WHERE at IS NOT NULL;
CREATE TRIGGER event_alarms_add AFTER INSERT ON events BEGIN
  INSERT INTO event_alarms(id, from_at, at) VALUES (new.id, new.updated_at, 0);
END;
CREATE TRIGGER event_alarms_gone AFTER DELETE ON events BEGIN
  DELETE FROM event_alarms WHERE id = old.id;
END;
CREATE TRIGGER event_alarms_edit AFTER UPDATE ON events
WHEN old.dtstart IS NOT new.dtstart OR old.tzid IS NOT new.tzid OR old.rrule IS NOT new.rrule
  OR old.exdates IS NOT new.exdates OR old.rdates IS NOT new.rdates OR old.overrides IS NOT new.overrides
  OR old.alarms IS NOT new.alarms OR old.cancelled IS NOT new.cancelled
BEGIN
  UPDATE event_alarms SET at = 0, from_at = CASE
    WHEN at = 0 THEN from_at
    WHEN at <= new.updated_at THEN at
    ELSE max(from_at, new.updated_at) END
  WHERE id = new.id;
END;
`
