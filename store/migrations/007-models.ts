export const models = /* sql */ `
CREATE TABLE inventories (
  id TEXT PRIMARY KEY,
  scanned_at INTEGER NOT NULL,
  models TEXT NOT NULL,
  problems TEXT NOT NULL
) STRICT;
`
