SELECT DISTINCT place_value FROM gathered WHERE place_value IS NOT NULL ORDER BY 1;
