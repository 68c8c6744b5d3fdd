INSERT INTO core_incident_version BY NAME
SELECT $source_id AS source_id, incident_id, $batch_id AS batch_id, unnest(content), is_withdrawn
FROM news;
