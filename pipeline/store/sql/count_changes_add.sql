-- One more for each incident that is there now, one less for each that was there before.
INSERT INTO core_count_change BY NAME
SELECT
    $batch_id AS batch_id,
    $source_id AS source_id,
    day,
    place_value,
    category_value,
    validity,
    sum(change)::INTEGER AS change
FROM (
    SELECT unnest(content), content.occurred_at::DATE AS day, 1 AS change
    FROM news
    WHERE NOT is_withdrawn
    UNION ALL BY NAME
    SELECT unnest(live.content), live.content.occurred_at::DATE AS day, -1 AS change
    FROM live
    JOIN news ON live.incident_id = news.incident_id
    WHERE NOT live.is_withdrawn
)
GROUP BY day, place_value, category_value, validity
HAVING sum(change) <> 0;
