INSERT INTO arrival
SELECT
    $file_number,
    file_row + $rows_before,
    occurred_text,
    occurred_at,
    reported_at,
    place_value,
    category_value,
    received_value,
    validity,
    deaths,
    injuries,
    number_problem,
    number_text,
    longitude,
    latitude,
    identity
FROM arriving;
