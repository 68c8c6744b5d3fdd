SELECT * EXCLUDE (day, method_id, revision)
FROM out_component
WHERE day = $day AND method_id = $method_id AND revision = $revision
ORDER BY rowid;
