-- One more for each incident that is there now, one less for each that was there before.
INSERT INTO core_count_change
SELECT $batch_id, $source_id, day, place_value, category_value, sum(change)::INTEGER
FROM (
    SELECT occurred_at::DATE AS day, place_value, category_value, 1 AS change
    FROM news
    WHERE NOT is_withdrawn
    UNION ALL
    SELECT live.occurred_at::DATE, live.place_value, live.category_value, -1
    FROM live
    JOIN news ON live.incident_id = news.incident_id
    WHERE NOT live.is_withdrawn
)
GROUP BY day, place_value, category_value
HAVING sum(change) <> 0;
