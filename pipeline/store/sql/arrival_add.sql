INSERT INTO arrival
SELECT
    $file_number,
    file_row,
    occurred_text,
    occurred_at,
    reported_at,
    place_value,
    category_value,
    identity
FROM arriving;
