CREATE OR REPLACE TEMP TABLE map_category AS
SELECT value, meaning AS category, position::INTEGER AS position FROM categories;
