export const spine = /* sql */ `
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  noun TEXT NOT NULL,
  object TEXT NOT NULL,
  summary TEXT NOT NULL,
  data TEXT,
  images TEXT,
  undone_by INTEGER
) STRICT;
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX audit_object ON audit (noun, object, seq);
CREATE TRIGGER audit_keeps BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
WHEN old.undone_by IS NOT NULL OR new.seq <> old.seq OR new.at <> old.at OR new.actor <> old.actor
  OR new.action <> old.action OR new.noun <> old.noun OR new.object <> old.object OR new.summary <> old.summary
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE VIRTUAL TABLE audit_text USING fts5(summary, actor, action, object, content='audit', content_rowid='seq');
CREATE TRIGGER audit_text_add AFTER INSERT ON audit BEGIN
  INSERT INTO audit_text(rowid, summary, actor, action, object)
  VALUES (new.seq, new.summary, new.actor, new.action, new.object);
END;

CREATE TABLE answers (
  actor TEXT NOT NULL,
  key TEXT NOT NULL,
  digest TEXT NOT NULL,
  at INTEGER NOT NULL,
  seq INTEGER,
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_at ON answers (at);

CREATE TABLE todos (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  content TEXT NOT NULL,
  type TEXT NOT NULL,
  items TEXT NOT NULL,
  due TEXT,
  due_at INTEGER,
  repeat TEXT,
  repeat_from TEXT,
  snoozed_until INTEGER,
  label TEXT,
  color TEXT,
  pinned INTEGER NOT NULL DEFAULT 0,
  archived INTEGER NOT NULL DEFAULT 0,
  done_at INTEGER,
  channels TEXT,
  session_id TEXT,
  source TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX todos_recent ON todos (archived, pinned DESC, updated_at DESC, id);
CREATE INDEX todos_due ON todos (due_at) WHERE due_at IS NOT NULL AND archived = 0;
CREATE VIRTUAL TABLE todos_text USING fts5(title, content, items, label, content='todos', content_rowid='n');
CREATE TRIGGER todos_text_add AFTER INSERT ON todos BEGIN
  INSERT INTO todos_text(rowid, title, content, items, label) VALUES (new.n, new.title, new.content, new.items, new.label);
END;
CREATE TRIGGER todos_text_gone AFTER DELETE ON todos BEGIN
  INSERT INTO todos_text(todos_text, rowid, title, content, items, label)
  VALUES ('delete', old.n, old.title, old.content, old.items, old.label);
END;
CREATE TRIGGER todos_text_edit AFTER UPDATE ON todos BEGIN
  INSERT INTO todos_text(todos_text, rowid, title, content, items, label)
  VALUES ('delete', old.n, old.title, old.content, old.items, old.label);
  INSERT INTO todos_text(rowid, title, content, items, label) VALUES (new.n, new.title, new.content, new.items, new.label);
END;

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  digest BLOB NOT NULL UNIQUE,
  operator INTEGER NOT NULL,
  scopes TEXT NOT NULL,
  fences TEXT,
  ask_deadline INTEGER,
  expires_at INTEGER,
  last_used_at INTEGER,
  revoked_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE approvals (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  actor TEXT NOT NULL,
  token TEXT,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  body TEXT,
  request_body TEXT,
  scopes TEXT NOT NULL,
  reason TEXT NOT NULL,
  digest TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  deadline INTEGER,
  decided_by TEXT,
  decided_at INTEGER,
  outcome TEXT
) STRICT;
CREATE INDEX approvals_state ON approvals (state, created_at DESC);
CREATE INDEX approvals_same ON approvals (token, digest, created_at DESC);
`
