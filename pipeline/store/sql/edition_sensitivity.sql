SELECT * EXCLUDE (period, method_id, revision)
FROM out_sensitivity
WHERE period = $period AND method_id = $method_id AND revision = $revision
ORDER BY rowid;
