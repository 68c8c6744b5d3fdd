SELECT * EXCLUDE (day, method_id, revision)
FROM out_ranking
WHERE day = $day AND method_id = $method_id AND revision = $revision
ORDER BY rank NULLS LAST, town_id;
