CREATE TABLE reflection (
  encounter_id TEXT NOT NULL PRIMARY KEY REFERENCES encounter (id),
  went_well TEXT NOT NULL,
  to_improve TEXT NOT NULL,
  take_away TEXT NOT NULL,
  written_at BIGINT NOT NULL
);
