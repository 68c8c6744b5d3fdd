INSERT INTO out_component BY NAME SELECT $day AS day, $method_id AS method_id, $revision AS revision, * FROM edition_rows;
