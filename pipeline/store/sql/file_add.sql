INSERT INTO raw_file VALUES ($batch_id, $file_number, $file_name, $sha256, $size_bytes, $rows_read);
