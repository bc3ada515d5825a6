export const memory = /* sql */ `
CREATE TABLE memories (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  text TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  category TEXT NOT NULL,
  source TEXT NOT NULL,
  session_id TEXT,
  pinned INTEGER NOT NULL,
  uses INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX memories_recent ON memories (pinned, updated_at);
CREATE INDEX memories_category ON memories (category, pinned, updated_at);
CREATE INDEX memories_uses ON memories (uses);
CREATE INDEX memories_session ON memories (session_id, pinned, updated_at) WHERE session_id IS NOT NULL;
CREATE INDEX memories_same ON memories (fingerprint);
CREATE VIRTUAL TABLE memories_text USING fts5(text, content='memories', content_rowid='n', prefix='1 2 3');
CREATE TRIGGER memories_text_add AFTER INSERT ON memories BEGIN
  INSERT INTO memories_text(rowid, text) VALUES (new.n, new.text);
END;
CREATE TRIGGER memories_text_gone AFTER DELETE ON memories BEGIN
  INSERT INTO memories_text(memories_text, rowid, text) VALUES ('delete', old.n, old.text);
END;
CREATE TRIGGER memories_text_edit AFTER UPDATE ON memories WHEN old.text IS NOT new.text BEGIN
  INSERT INTO memories_text(memories_text, rowid, text) VALUES ('delete', old.n, old.text);
  INSERT INTO memories_text(rowid, text) VALUES (new.n, new.text);
END;
`
