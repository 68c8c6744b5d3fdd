SELECT DISTINCT nullif(trim(category_value), '') AS value FROM gathered WHERE value IS NOT NULL ORDER BY 1;
