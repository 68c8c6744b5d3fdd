INSERT INTO unreadable SELECT $file_number, row_number + $rows_before, reason_code, detail FROM arriving_rejects;
