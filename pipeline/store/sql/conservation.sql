-- Promise 1, counted anew from the incidents themselves, for every day and source:
-- in_towns + not_located + outside = accepted - withdrawn - not_counted (unmapped ones among them).
WITH newest AS (
    SELECT *
    FROM core_incident_version
    WHERE batch_id <= $as_of
    QUALIFY row_number() OVER (PARTITION BY source_id, incident_id ORDER BY batch_id DESC) = 1
),
incidents AS (
    SELECT
        source_id,
        occurred_at::DATE AS day,
        count(*)::BIGINT AS accepted,
        (count(*) FILTER (WHERE is_withdrawn))::BIGINT AS withdrawn,
        (count(*) FILTER (
            WHERE NOT is_withdrawn
                AND validity = 'valid'
                AND category_value IS NOT NULL
                AND category_value IN (SELECT value FROM map_category WHERE position IS NOT NULL)
        ))::BIGINT AS counted
    FROM newest
    GROUP BY ALL
),
ledger AS (
    SELECT
        change.source_id,
        change.day,
        coalesce(sum(change.change) FILTER (
            WHERE map_place.position IS NOT NULL AND change.day >= map_place.first_day
        ), 0)::BIGINT AS in_towns,
        coalesce(sum(change.change) FILTER (
            WHERE (map_place.position IS NULL AND map_place.place IS DISTINCT FROM 'outside')
                OR change.day < map_place.first_day
        ), 0)::BIGINT AS not_located,
        coalesce(sum(change.change) FILTER (WHERE map_place.place = 'outside'), 0)::BIGINT AS outside
    FROM core_count_change AS change
    JOIN map_category ON change.category_value = map_category.value AND map_category.position IS NOT NULL
    LEFT JOIN map_place ON change.place_value = map_place.value
    WHERE change.validity = 'valid' AND change.batch_id <= $as_of
    GROUP BY ALL
)
SELECT
    source_id,
    day,
    coalesce(in_towns, 0) AS in_towns,
    coalesce(not_located, 0) AS not_located,
    coalesce(outside, 0) AS outside,
    coalesce(accepted, 0) AS accepted,
    coalesce(withdrawn, 0) AS withdrawn,
    coalesce(accepted - withdrawn - counted, 0) AS not_counted,
    coalesce(in_towns, 0) + coalesce(not_located, 0) + coalesce(outside, 0) = coalesce(counted, 0) AS holds
FROM incidents
FULL JOIN ledger USING (source_id, day)
ORDER BY source_id, day;
