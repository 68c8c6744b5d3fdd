-- Days of a file's rows that count, by the words that decide where.
CREATE OR REPLACE TEMP TABLE gathered (place_value VARCHAR, category_value VARCHAR, days DATE[]);
