-- Places that are found nowhere, with the incidents they hold; blank ones as one line.
SELECT coalesce(change.place_value, ''), sum(change.change)::BIGINT AS n
FROM core_count_change AS change
LEFT JOIN map_place ON change.place_value = map_place.value
WHERE map_place.position IS NULL AND map_place.place IS DISTINCT FROM 'outside' AND change.batch_id <= $as_of
GROUP BY 1
HAVING sum(change.change) > 0
ORDER BY n DESC, 1;
