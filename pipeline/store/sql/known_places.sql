SELECT DISTINCT place_value FROM core_count_change WHERE place_value IS NOT NULL ORDER BY 1;
