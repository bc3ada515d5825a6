/**
 * Calendars that live elsewhere. What a server knows of an event lies beside it, in `event_links`: an answer of the server
 * must not stand in the way of undo. Triggers note what the server has yet to hear, however it was written, undo included.
 * `version` grows with every local change, `sending` is the one whose answer has not come, `theirs` the other side of a
 * conflict. A link without an event is for something on the server that cannot be read.
 * `calendar_states` says of a calendar, or of an account, how its last sync went; `said` is what the server calls it.
 */
export const caldav = /* sql */ `
ALTER TABLE calendars DROP COLUMN sync_token;
ALTER TABLE calendars ADD COLUMN kind TEXT NOT NULL DEFAULT 'local';
ALTER TABLE calendars ADD COLUMN read_only INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calendars ADD COLUMN kept INTEGER NOT NULL DEFAULT 1;
ALTER TABLE events DROP COLUMN href;
ALTER TABLE events DROP COLUMN etag;
ALTER TABLE events DROP COLUMN raw;

CREATE TABLE calendar_accounts (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  address TEXT,
  url TEXT NOT NULL,
  user TEXT NOT NULL,
  auth TEXT NOT NULL,
  command TEXT,
  secret BLOB,
  ca_file TEXT,
  home TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE calendar_states (
  id TEXT PRIMARY KEY,
  token TEXT,
  tag TEXT,
  said TEXT,
  synced_at INTEGER,
  problem TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  retry_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE event_links (
  id TEXT PRIMARY KEY,
  calendar TEXT NOT NULL,
  event TEXT,
  uid TEXT NOT NULL,
  href TEXT,
  etag TEXT,
  raw TEXT,
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  sending INTEGER,
  conflict TEXT,
  reason TEXT,
  theirs TEXT,
  theirs_etag TEXT,
  since INTEGER NOT NULL,
  UNIQUE (event, calendar)
) STRICT;
CREATE UNIQUE INDEX event_links_place ON event_links (calendar, href) WHERE href IS NOT NULL;
CREATE INDEX event_links_waiting ON event_links (calendar, since) WHERE state <> 'same';
CREATE INDEX event_links_conflicts ON event_links (since) WHERE conflict IS NOT NULL;

CREATE TRIGGER event_links_add AFTER INSERT ON events
WHEN (SELECT kind FROM calendars WHERE id = new.calendar) = 'caldav'
BEGIN
  INSERT INTO event_links (id, calendar, event, uid, state, version, since)
  VALUES (lower(hex(randomblob(8))), new.calendar, new.id, new.uid, 'changed', 1, new.updated_at)
  ON CONFLICT (event, calendar) DO UPDATE SET state = 'changed', version = version + 1,
    since = CASE WHEN state = 'same' THEN excluded.since ELSE since END;
END;
CREATE TRIGGER event_links_edit AFTER UPDATE ON events
WHEN (SELECT kind FROM calendars WHERE id = new.calendar) = 'caldav' AND (
  old.calendar IS NOT new.calendar OR old.summary IS NOT new.summary OR old.description IS NOT new.description
  OR old.location IS NOT new.location OR old.dtstart IS NOT new.dtstart OR old.dtend IS NOT new.dtend
  OR old.all_day IS NOT new.all_day OR old.tzid IS NOT new.tzid OR old.rrule IS NOT new.rrule
  OR old.exdates IS NOT new.exdates OR old.rdates IS NOT new.rdates OR old.overrides IS NOT new.overrides
  OR old.busy IS NOT new.busy OR old.cancelled IS NOT new.cancelled OR old.alarms IS NOT new.alarms
  OR old.organizer IS NOT new.organizer OR old.attendees IS NOT new.attendees OR old.sequence IS NOT new.sequence
  OR old.unread IS NOT new.unread)
BEGIN
  INSERT INTO event_links (id, calendar, event, uid, state, version, since)
  VALUES (lower(hex(randomblob(8))), new.calendar, new.id, new.uid, 'changed', 1, new.updated_at)
  ON CONFLICT (event, calendar) DO UPDATE SET state = 'changed', version = version + 1,
    since = CASE WHEN state = 'same' THEN excluded.since ELSE since END;
END;
CREATE TRIGGER event_links_moved AFTER UPDATE ON events WHEN old.calendar IS NOT new.calendar
BEGIN
  DELETE FROM event_links WHERE event = old.id AND calendar = old.calendar AND href IS NULL;
  UPDATE event_links SET version = version + 1, state = 'gone',
    since = CASE WHEN state = 'same' THEN new.updated_at ELSE since END
  WHERE event = old.id AND calendar = old.calendar;
END;
CREATE TRIGGER event_links_gone AFTER DELETE ON events
BEGIN
  DELETE FROM event_links WHERE event = old.id AND calendar = old.calendar AND href IS NULL;
  UPDATE event_links SET version = version + 1, state = 'gone',
    since = CASE WHEN state = 'same' THEN old.updated_at ELSE since END
  WHERE event = old.id AND calendar = old.calendar;
END;
`
