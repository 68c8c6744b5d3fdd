INSERT INTO unreadable SELECT $file_number, row_number, reason_code, detail FROM arriving_rejects;
