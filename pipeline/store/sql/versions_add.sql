INSERT INTO core_incident_version
SELECT
    $source_id, incident_id, $batch_id, occurred_at, reported_at, place_value, category_value, is_withdrawn
FROM news;
