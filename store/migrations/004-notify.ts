export const notify = /* sql */ `
CREATE TABLE deliveries (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  channel TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  priority TEXT NOT NULL,
  late INTEGER NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  reason TEXT,
  due_at INTEGER NOT NULL,
  next_at INTEGER,
  sent_at INTEGER,
  noun TEXT NOT NULL,
  object TEXT NOT NULL,
  UNIQUE (key, channel)
) STRICT;
CREATE INDEX deliveries_next ON deliveries (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX deliveries_recent ON deliveries (due_at DESC, id);
`
