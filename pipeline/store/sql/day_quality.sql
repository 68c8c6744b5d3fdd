-- Where each known incident of a day went. in_towns + outside + not_located + not_counted + unmapped = known.
SELECT
    change.source_id,
    change.day,
    sum(change.change)::BIGINT AS known,
    coalesce(sum(change.change) FILTER (
        WHERE map_category.position IS NOT NULL AND map_place.position IS NOT NULL
    ), 0)::BIGINT AS in_towns,
    coalesce(sum(change.change) FILTER (
        WHERE map_category.position IS NOT NULL AND map_place.place = 'outside'
    ), 0)::BIGINT AS outside,
    coalesce(sum(change.change) FILTER (
        WHERE map_category.position IS NOT NULL AND map_place.value IS NULL
    ), 0)::BIGINT AS not_located,
    coalesce(sum(change.change) FILTER (
        WHERE map_category.value IS NOT NULL AND map_category.position IS NULL
    ), 0)::BIGINT AS not_counted,
    coalesce(sum(change.change) FILTER (WHERE map_category.value IS NULL), 0)::BIGINT AS unmapped
FROM core_count_change AS change
LEFT JOIN map_place ON change.place_value = map_place.value
LEFT JOIN map_category ON change.category_value = map_category.value
WHERE change.day BETWEEN $first_day AND $last_day AND change.batch_id <= $as_of
GROUP BY change.source_id, change.day
ORDER BY change.source_id, change.day;
