-- Where each known incident of a day went.
-- in_towns + outside + not_located + not_counted + not_valid + unmapped = known.
WITH placed AS (
    SELECT
        change.source_id,
        change.day,
        change.change AS n,
        CASE
            WHEN change.validity IN ('repeat', 'invalid') THEN 'not_valid'
            WHEN change.validity = 'unmapped' OR map_category.value IS NULL THEN 'unmapped'
            WHEN map_category.position IS NULL THEN 'not_counted'
            WHEN map_place.position IS NOT NULL AND change.day >= map_place.first_day THEN 'in_towns'
            WHEN map_place.place = 'outside' THEN 'outside'
            ELSE 'not_located'
        END AS fate
    FROM core_count_change AS change
    LEFT JOIN map_place ON change.place_value = map_place.value
    LEFT JOIN map_category ON change.category_value = map_category.value
    WHERE change.day BETWEEN $first_day AND $last_day AND change.batch_id <= $as_of
)
SELECT
    source_id,
    day,
    sum(n)::BIGINT AS known,
    coalesce(sum(n) FILTER (WHERE fate = 'in_towns'), 0)::BIGINT AS in_towns,
    coalesce(sum(n) FILTER (WHERE fate = 'outside'), 0)::BIGINT AS outside,
    coalesce(sum(n) FILTER (WHERE fate = 'not_located'), 0)::BIGINT AS not_located,
    coalesce(sum(n) FILTER (WHERE fate = 'not_counted'), 0)::BIGINT AS not_counted,
    coalesce(sum(n) FILTER (WHERE fate = 'not_valid'), 0)::BIGINT AS not_valid,
    coalesce(sum(n) FILTER (WHERE fate = 'unmapped'), 0)::BIGINT AS unmapped
FROM placed
GROUP BY source_id, day
ORDER BY source_id, day;
