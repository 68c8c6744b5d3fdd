-- From a file's rows to town x day x category counts, nothing kept. The days are gathered by the words
-- of the records first: words are trimmed and looked up once per pair of words, not once per row, and
-- the days are counted by two small numbers, not by two texts.
WITH gathered AS (
    SELECT place_value, category_value, list(occurred_at::DATE) AS days
    FROM arriving
    GROUP BY ALL
),
mapped AS (
    SELECT map_place.position AS town, map_category.position AS category, unnest(gathered.days) AS day
    FROM gathered
    LEFT JOIN map_place ON nullif(trim(gathered.place_value), '') = map_place.value
    LEFT JOIN map_category ON nullif(trim(gathered.category_value), '') = map_category.value
)
SELECT town, day, category, count(*)::BIGINT AS n
FROM mapped
GROUP BY ALL;
