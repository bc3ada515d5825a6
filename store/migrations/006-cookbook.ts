export const cookbook = /* sql */ `
CREATE TABLE hosts (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  target TEXT NOT NULL,
  port INTEGER,
  transport TEXT NOT NULL,
  env TEXT NOT NULL,
  env_path TEXT,
  model_dirs TEXT NOT NULL,
  gpus TEXT,
  hf_token BLOB,
  variables TEXT NOT NULL,
  port_range TEXT,
  state_dir TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE serves (
  id TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  engine TEXT,
  model TEXT,
  run TEXT,
  shown TEXT NOT NULL,
  port INTEGER,
  gpus TEXT NOT NULL,
  environment TEXT,
  sealed BLOB,
  restart TEXT,
  lineage TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  parent TEXT,
  fix TEXT,
  difference TEXT NOT NULL,
  operator TEXT,
  actor TEXT,
  origin TEXT NOT NULL,
  place TEXT,
  launched_at INTEGER NOT NULL,
  ready_at INTEGER,
  ended_at INTEGER,
  ending TEXT,
  diagnosis TEXT,
  score TEXT,
  stop_at INTEGER,
  stopped_by TEXT,
  warnings TEXT NOT NULL
) STRICT;
CREATE INDEX serves_lineage ON serves (lineage, attempt);
CREATE INDEX serves_recent ON serves (launched_at DESC, id);

CREATE TABLE presets (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  model TEXT NOT NULL,
  cmd TEXT NOT NULL,
  host TEXT NOT NULL,
  env_prefix TEXT,
  gpus TEXT,
  port INTEGER,
  restart TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX presets_name ON presets (name COLLATE NOCASE);
`
