CREATE TABLE encounter (
  id TEXT NOT NULL PRIMARY KEY,
  sps_session_id TEXT NOT NULL UNIQUE,
  persona_id TEXT NOT NULL,
  scenario_id TEXT NOT NULL,
  mode TEXT NOT NULL,
  phase TEXT NOT NULL,
  gate_flags INTEGER NOT NULL,
  locked_pressure_count INTEGER NOT NULL,
  role_id TEXT,
  language TEXT,
  state TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  touched_at INTEGER NOT NULL,
  ended_at INTEGER,
  version INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  completeness TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX encounter_by_state ON encounter (state);

CREATE TABLE encounter_event (
  encounter_id TEXT NOT NULL REFERENCES encounter (id),
  seq INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  type TEXT NOT NULL,
  source TEXT NOT NULL,
  item_id TEXT,
  content_index INTEGER,
  payload TEXT NOT NULL,
  PRIMARY KEY (encounter_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE transcript_item (
  encounter_id TEXT NOT NULL REFERENCES encounter (id),
  item_id TEXT NOT NULL,
  content_index INTEGER NOT NULL,
  turn_id TEXT NOT NULL,
  role TEXT NOT NULL,
  channel TEXT NOT NULL,
  source TEXT NOT NULL,
  state TEXT NOT NULL,
  text TEXT NOT NULL,
  previous_item_id TEXT,
  created_at INTEGER NOT NULL,
  started_at_ms INTEGER,
  finalized_at_ms INTEGER,
  emitted_at_ms INTEGER,
  media TEXT,
  catalog_item_ids TEXT,
  failure TEXT,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (encounter_id, item_id, content_index)
) STRICT, WITHOUT ROWID;

