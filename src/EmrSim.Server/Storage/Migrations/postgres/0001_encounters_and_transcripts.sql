CREATE TABLE encounter (
  id TEXT NOT NULL PRIMARY KEY,
  sps_session_id TEXT NOT NULL UNIQUE,
  persona_id TEXT NOT NULL,
  scenario_id TEXT NOT NULL,
  mode TEXT NOT NULL,
  phase TEXT NOT NULL,
  gate_flags BIGINT NOT NULL,
  locked_pressure_count BIGINT NOT NULL,
  role_id TEXT,
  language TEXT,
  state TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  touched_at BIGINT NOT NULL,
  ended_at BIGINT,
  version BIGINT NOT NULL,
  last_seq BIGINT NOT NULL,
  completeness TEXT
);

CREATE INDEX encounter_by_state ON encounter (state);

CREATE TABLE encounter_event (
  encounter_id TEXT NOT NULL REFERENCES encounter (id),
  seq BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  type TEXT NOT NULL,
  source TEXT NOT NULL,
  item_id TEXT,
  content_index BIGINT,
  payload TEXT NOT NULL,
  PRIMARY KEY (encounter_id, seq)
);

CREATE TABLE transcript_item (
  encounter_id TEXT NOT NULL REFERENCES encounter (id),
  item_id TEXT NOT NULL,
  content_index BIGINT NOT NULL,
  turn_id TEXT NOT NULL,
  role TEXT NOT NULL,
  channel TEXT NOT NULL,
  source TEXT NOT NULL,
  state TEXT NOT NULL,
  text TEXT NOT NULL,
  previous_item_id TEXT,
  created_at BIGINT NOT NULL,
  started_at_ms BIGINT,
  finalized_at_ms BIGINT,
  emitted_at_ms BIGINT,
  media TEXT,
  catalog_item_ids TEXT,
  failure TEXT,
  first_seq BIGINT NOT NULL,
  last_seq BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  PRIMARY KEY (encounter_id, item_id, content_index)
);

