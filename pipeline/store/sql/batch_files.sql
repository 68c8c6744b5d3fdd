SELECT batch_id, file_number, file_name, sha256, size_bytes, rows_read
FROM raw_file
WHERE batch_id <= $as_of
ORDER BY batch_id, file_number;
