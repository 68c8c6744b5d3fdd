SELECT revision, content_sha256
FROM out_edition
WHERE period = $period AND method_id = $method_id
ORDER BY revision DESC
LIMIT 1;
