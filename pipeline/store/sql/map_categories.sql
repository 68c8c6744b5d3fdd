CREATE OR REPLACE TEMP TABLE map_category AS
SELECT value, category, position::INTEGER AS position FROM categories;
