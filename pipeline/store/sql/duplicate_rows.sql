SELECT batch_id, file_number, row_number, first_file_number, first_row_number
FROM raw_duplicate_row
WHERE batch_id <= $as_of
ORDER BY batch_id, file_number, row_number
LIMIT $most;
