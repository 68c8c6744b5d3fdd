-- The days of a file's rows, gathered by the words of the records: words are trimmed and looked up
-- once per pair of words, not once per row, and the days are counted by two small numbers.
CREATE OR REPLACE TEMP TABLE gathered AS
SELECT place_value, category_value, list(occurred_at::DATE) AS days
FROM arriving
WHERE validity = 'valid'
GROUP BY ALL;
