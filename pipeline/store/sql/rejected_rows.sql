SELECT batch_id, file_number, row_number, reason_code, column_name, value
FROM raw_rejected_row
WHERE batch_id <= $as_of
ORDER BY batch_id, file_number, row_number
LIMIT $most;
