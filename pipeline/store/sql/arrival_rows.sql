SELECT count(*)::BIGINT FROM arrival WHERE file_number = $file_number;
