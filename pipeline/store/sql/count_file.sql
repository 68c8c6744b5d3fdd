-- From the gathered days of a file to town x day x category counts.
WITH mapped AS (
    SELECT map_place.position AS town, map_category.position AS category, unnest(gathered.days) AS day
    FROM gathered
    LEFT JOIN map_place ON gathered.place_value = map_place.value
    LEFT JOIN map_category ON gathered.category_value = map_category.value
)
SELECT town, day, category, count(*)::BIGINT AS n
FROM mapped
GROUP BY ALL;
