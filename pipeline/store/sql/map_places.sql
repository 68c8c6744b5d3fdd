CREATE OR REPLACE TEMP TABLE map_place AS SELECT value, place, position::INTEGER AS position FROM places;
