-- Counted incidents by town and kind in one span of days, as known up to a batch.
SELECT
    map_place.position AS town,
    map_category.position AS category,
    sum(change.change)::BIGINT AS n
FROM core_count_change AS change
JOIN map_place ON change.place_value = map_place.value AND map_place.position IS NOT NULL
JOIN map_category ON change.category_value = map_category.value AND map_category.position IS NOT NULL
WHERE
    change.validity = 'valid'
    AND change.day >= map_place.first_day
    AND change.day BETWEEN $first_day AND $last_day
    AND change.batch_id <= $as_of
GROUP BY ALL
HAVING sum(change.change) <> 0;
