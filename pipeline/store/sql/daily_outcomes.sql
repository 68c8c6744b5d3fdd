-- Counted incidents of the towns with what a method may ask besides: another time, the category at
-- reception, and how many died; from the incidents themselves, as known up to a batch.
WITH newest AS (
    SELECT *
    FROM core_incident_version
    WHERE batch_id <= $as_of
    QUALIFY row_number() OVER (PARTITION BY source_id, incident_id ORDER BY batch_id DESC) = 1
),
counted AS (
    SELECT
        (CASE WHEN $by_reported THEN coalesce(reported_at, occurred_at) ELSE occurred_at END)::DATE AS day,
        place_value,
        CASE WHEN $by_reception THEN coalesce(received_value, category_value) ELSE category_value END AS category_value,
        coalesce(deaths, 0) AS deaths
    FROM newest
    WHERE NOT is_withdrawn AND validity = 'valid'
)
SELECT
    (counted.day - $first_day::DATE)::INTEGER AS day_number,
    map_place.position AS town,
    map_category.position AS category,
    count(*)::BIGINT AS n,
    (count(*) FILTER (WHERE deaths > 0))::BIGINT AS fatal,
    sum(deaths)::BIGINT AS deaths
FROM counted
JOIN map_place ON counted.place_value = map_place.value AND map_place.position IS NOT NULL
JOIN map_category ON counted.category_value = map_category.value AND map_category.position IS NOT NULL
WHERE counted.day >= map_place.first_day AND counted.day BETWEEN $first_day AND $last_day
GROUP BY ALL;
