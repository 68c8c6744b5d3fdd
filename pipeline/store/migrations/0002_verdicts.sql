-- What a record says of itself: whether it counts, how it was classed at first, who was hurt.
ALTER TABLE core_incident_version ADD COLUMN received_value VARCHAR;   -- the category at reception
ALTER TABLE core_incident_version ADD COLUMN validity VARCHAR DEFAULT 'valid';  -- repeat | invalid | unmapped
ALTER TABLE core_incident_version ADD COLUMN deaths INTEGER;
ALTER TABLE core_incident_version ADD COLUMN injuries INTEGER;
ALTER TABLE core_count_change ADD COLUMN validity VARCHAR DEFAULT 'valid';

-- How far a database was read, batch by batch.
CREATE TABLE core_watermark (
    batch_id INTEGER PRIMARY KEY,
    source_id VARCHAR NOT NULL,
    watermark VARCHAR NOT NULL
);
