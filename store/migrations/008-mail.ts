/** `n` grows with the moment of arrival, so that an index by `n` is one from the newest to the oldest. */
export const mail = /* sql */ `
CREATE TABLE mail_accounts (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  address TEXT NOT NULL,
  from_name TEXT,
  user TEXT NOT NULL,
  imap TEXT,
  smtp TEXT,
  auth TEXT NOT NULL,
  command TEXT,
  secret BLOB,
  ca_file TEXT,
  folders TEXT NOT NULL,
  chosen INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE mail_folders (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT,
  selectable INTEGER NOT NULL,
  uidvalidity TEXT,
  uidnext INTEGER NOT NULL DEFAULT 0,
  modseq TEXT,
  complete INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,
  unread INTEGER NOT NULL DEFAULT 0,
  synced_at INTEGER,
  UNIQUE (account, path)
) STRICT;

CREATE TABLE mail_messages (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
  folder TEXT NOT NULL REFERENCES mail_folders (id) ON DELETE CASCADE,
  uid INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  in_reply_to TEXT NOT NULL,
  refs TEXT NOT NULL,
  thread TEXT NOT NULL,
  subject TEXT NOT NULL,
  from_name TEXT NOT NULL,
  from_address TEXT NOT NULL,
  reply_to TEXT NOT NULL,
  to_line TEXT NOT NULL,
  cc_line TEXT NOT NULL,
  bcc_line TEXT NOT NULL,
  dated TEXT NOT NULL,
  received INTEGER NOT NULL,
  size INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  answered INTEGER NOT NULL,
  flagged INTEGER NOT NULL,
  draft INTEGER NOT NULL,
  tags TEXT NOT NULL,
  attached INTEGER NOT NULL,
  marker TEXT,
  UNIQUE (folder, uid)
) STRICT;
CREATE INDEX mail_by_arrival ON mail_messages (folder, n);
CREATE INDEX mail_unread ON mail_messages (folder, n) WHERE seen = 0;
CREATE INDEX mail_undone ON mail_messages (folder, n) WHERE answered = 0;
CREATE INDEX mail_starred ON mail_messages (folder, n) WHERE flagged = 1;
CREATE INDEX mail_attached ON mail_messages (folder, n) WHERE attached = 1;
CREATE INDEX mail_threads ON mail_messages (account, thread, n);
CREATE INDEX mail_ids ON mail_messages (account, message_id);

CREATE TABLE mail_bodies (
  id TEXT PRIMARY KEY REFERENCES mail_messages (id) ON DELETE CASCADE,
  text TEXT NOT NULL,
  html TEXT,
  made_from TEXT NOT NULL,
  truncated INTEGER NOT NULL,
  attachments TEXT NOT NULL,
  warnings TEXT NOT NULL
) STRICT;

CREATE VIRTUAL TABLE mail_text USING fts5(subject, people, body, content='', contentless_delete=1);
CREATE TRIGGER mail_text_add AFTER INSERT ON mail_messages BEGIN
  INSERT INTO mail_text(rowid, subject, people, body)
  VALUES (new.n, new.subject, new.from_name || ' ' || new.from_address || ' ' || new.to_line || ' ' || new.cc_line, '');
END;
CREATE TRIGGER mail_text_gone AFTER DELETE ON mail_messages BEGIN
  DELETE FROM mail_text WHERE rowid = old.n;
END;
CREATE TRIGGER mail_text_body AFTER INSERT ON mail_bodies BEGIN
  INSERT OR REPLACE INTO mail_text(rowid, subject, people, body)
  SELECT n, subject, from_name || ' ' || from_address || ' ' || to_line || ' ' || cc_line, new.text
  FROM mail_messages WHERE id = new.id;
END;

CREATE TABLE mail_actions (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES mail_accounts (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  folder TEXT NOT NULL,
  uidvalidity TEXT,
  uids TEXT NOT NULL,
  detail TEXT NOT NULL,
  raw BLOB,
  attempts INTEGER NOT NULL,
  reason TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE mail_outbox (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  message_id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  sender TEXT NOT NULL,
  recipients TEXT NOT NULL,
  refused TEXT NOT NULL,
  subject TEXT NOT NULL,
  size INTEGER NOT NULL,
  raw BLOB,
  source TEXT,
  attempts INTEGER NOT NULL,
  reason TEXT,
  filed TEXT NOT NULL,
  sent_folder TEXT,
  sent_uid INTEGER,
  actor TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  next_at INTEGER,
  sent_at INTEGER
) STRICT;
CREATE INDEX mail_outbox_recent ON mail_outbox (created_at DESC, id);
CREATE INDEX mail_outbox_waiting ON mail_outbox (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE mail_uploads (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  content BLOB NOT NULL,
  actor TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
`
