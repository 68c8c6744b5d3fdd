INSERT INTO raw_duplicate_row
SELECT $batch_id, file_number, row_number, first_file_number, first_row_number
FROM judged
WHERE is_duplicate;
