INSERT INTO out_sensitivity BY NAME
SELECT $period AS period, $method_id AS method_id, $revision AS revision, * FROM edition_rows;
