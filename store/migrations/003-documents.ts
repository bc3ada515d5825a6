/** The text lives in its versions, which never change; a document points at the one that counts. Deleted ones are not searched. */
export const documents = /* sql */ `
CREATE TABLE documents (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  language TEXT NOT NULL,
  preview TEXT NOT NULL,
  size INTEGER NOT NULL,
  version INTEGER NOT NULL,
  active INTEGER NOT NULL,
  archived INTEGER NOT NULL,
  session_id TEXT,
  source_email_uid TEXT,
  source_email_folder TEXT,
  source_email_account_id TEXT,
  source_email_message_id TEXT,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX documents_recent ON documents (active, archived, updated_at);
CREATE INDEX documents_oldest ON documents (active, archived, created_at);
CREATE INDEX documents_edits ON documents (active, archived, version);
CREATE INDEX documents_alpha ON documents (active, archived, title COLLATE NOCASE);
CREATE INDEX documents_language ON documents (active, archived, language, updated_at);
CREATE INDEX documents_draft ON documents (session_id, source_email_uid) WHERE session_id IS NOT NULL;

CREATE TABLE document_versions (
  id TEXT NOT NULL UNIQUE,
  document TEXT NOT NULL,
  version INTEGER NOT NULL,
  content TEXT NOT NULL,
  size INTEGER NOT NULL,
  note TEXT NOT NULL,
  author TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX document_versions_of ON document_versions (document, version);
CREATE TRIGGER document_versions_stay BEFORE UPDATE ON document_versions
BEGIN SELECT RAISE(ABORT, 'a version never changes'); END;

CREATE VIEW documents_current AS
  SELECT documents.n AS n, documents.title AS title, document_versions.content AS content
  FROM documents JOIN document_versions
    ON document_versions.document = documents.id AND document_versions.version = documents.version;
CREATE VIRTUAL TABLE documents_text USING fts5(title, content, content='documents_current', content_rowid='n', prefix='1 2 3');
CREATE TRIGGER documents_text_add AFTER INSERT ON documents WHEN new.active = 1 BEGIN
  INSERT INTO documents_text(rowid, title, content)
  SELECT new.n, new.title, content FROM document_versions WHERE document = new.id AND version = new.version;
END;
CREATE TRIGGER documents_text_gone AFTER DELETE ON documents WHEN old.active = 1 BEGIN
  INSERT INTO documents_text(documents_text, rowid, title, content)
  SELECT 'delete', old.n, old.title, content FROM document_versions WHERE document = old.id AND version = old.version;
END;
CREATE TRIGGER documents_text_edit AFTER UPDATE ON documents
WHEN old.title IS NOT new.title OR old.version <> new.version OR old.active <> new.active BEGIN
  INSERT INTO documents_text(documents_text, rowid, title, content)
  SELECT 'delete', old.n, old.title, content FROM document_versions
  WHERE document = old.id AND version = old.version AND old.active = 1;
  INSERT INTO documents_text(rowid, title, content)
  SELECT new.n, new.title, content FROM document_versions
  WHERE document = new.id AND version = new.version AND new.active = 1;
END;
`
