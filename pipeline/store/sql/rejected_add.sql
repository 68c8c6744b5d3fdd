INSERT INTO raw_rejected_row
SELECT
    $batch_id,
    file_number,
    row_number,
    reason_code,
    CASE
        WHEN reason_code LIKE '%time%' THEN $time_column
        WHEN reason_code LIKE '%number' THEN $number_columns
        ELSE $identity_columns
    END,
    CASE
        WHEN reason_code LIKE '%time%' THEN left(occurred_text, 100)
        WHEN reason_code LIKE '%number' THEN left(number_text, 20)  -- a number in words is short, and a name should not get far
    END
FROM judged
WHERE reason_code IS NOT NULL
UNION ALL
SELECT $batch_id, file_number, row_number, reason_code, NULL, left(detail, 100)
FROM unreadable;
