-- From a file's rows to town x day x category counts, nothing kept. The raw texts are grouped first,
-- so that towns and categories are trimmed and looked up once per cell, not once per row.
WITH cells AS (
    SELECT place_value, category_value, occurred_at::DATE AS day, count(*) AS n
    FROM arriving
    GROUP BY ALL
)
SELECT
    map_place.position AS town,
    cells.day,
    map_category.position AS category,
    sum(cells.n)::BIGINT AS n
FROM cells
LEFT JOIN map_place ON nullif(trim(cells.place_value), '') = map_place.value
LEFT JOIN map_category ON nullif(trim(cells.category_value), '') = map_category.value
GROUP BY ALL;
