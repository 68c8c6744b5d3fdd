SELECT * EXCLUDE (period, method_id, revision)
FROM out_ranking
WHERE period = $period AND method_id = $method_id AND revision = $revision
ORDER BY rank NULLS LAST, town_id;
