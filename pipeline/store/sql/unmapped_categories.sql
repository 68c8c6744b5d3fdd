-- Categories that no line of categories.csv names, with the incidents they hold.
SELECT coalesce(change.category_value, ''), sum(change.change)::BIGINT AS n
FROM core_count_change AS change
LEFT JOIN map_category ON change.category_value = map_category.value
WHERE map_category.value IS NULL AND change.batch_id <= $as_of
GROUP BY 1
HAVING sum(change.change) > 0
ORDER BY n DESC, 1;
