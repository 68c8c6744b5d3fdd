SELECT DISTINCT category_value FROM gathered WHERE category_value IS NOT NULL ORDER BY 1;
