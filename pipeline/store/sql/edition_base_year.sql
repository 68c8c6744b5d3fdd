SELECT facts ->> '$.facts.base_year'
FROM out_edition
WHERE period = $period AND method_id = $method_id
ORDER BY revision DESC
LIMIT 1;
