INSERT INTO out_indicator BY NAME
SELECT $period AS period, $method_id AS method_id, $revision AS revision, * FROM edition_rows;
