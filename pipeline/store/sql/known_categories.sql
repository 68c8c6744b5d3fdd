SELECT DISTINCT category_value FROM core_count_change WHERE category_value IS NOT NULL ORDER BY 1;
