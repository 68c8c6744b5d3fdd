SELECT DISTINCT nullif(trim(place_value), '') AS value FROM gathered WHERE value IS NOT NULL ORDER BY 1;
