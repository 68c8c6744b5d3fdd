SELECT revision, content_sha256
FROM out_edition
WHERE day = $day AND method_id = $method_id
ORDER BY revision DESC
LIMIT 1;
