-- The newest version of each incident of the source, as known before this batch.
CREATE OR REPLACE TEMP TABLE live AS
SELECT
    incident_id,
    struct_pack(
        occurred_at, reported_at, place_value, category_value, received_value, validity, deaths, injuries
    ) AS content,
    is_withdrawn
FROM core_incident_version
WHERE source_id = $source_id
QUALIFY row_number() OVER (PARTITION BY incident_id ORDER BY batch_id DESC) = 1;
