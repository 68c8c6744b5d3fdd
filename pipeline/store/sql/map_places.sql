-- What the words for places mean: a town with its position in the arrays and the first day on which
-- anybody lived there, or 'outside'.
CREATE OR REPLACE TEMP TABLE map_place AS
SELECT value, meaning AS place, position::INTEGER AS position, first_day::DATE AS first_day FROM places;
