CREATE INDEX encounter_by_start ON encounter (started_at);
