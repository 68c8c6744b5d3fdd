-- Positions of one file's rows, a stretch at a time: memory does not grow with the file.
SELECT file_row, longitude, latitude, occurred_at::DATE AS day
FROM arrival
WHERE file_number = $file_number AND file_row BETWEEN $first_row AND $last_row
ORDER BY file_row;
