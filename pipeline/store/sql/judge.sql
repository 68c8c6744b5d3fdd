-- Each row gets its number in the file and, where it cannot be used, one reason: the first that applies.
CREATE OR REPLACE TEMP TABLE judged AS
WITH skipped AS (
    -- From which readable row on how many unreadable ones lie before.
    SELECT
        file_number,
        row_number - row_number() OVER (PARTITION BY file_number ORDER BY row_number) + 1 AS from_row,
        row_number() OVER (PARTITION BY file_number ORDER BY row_number) AS before
    FROM unreadable
),
steps AS (
    SELECT file_number, from_row, max(before) AS before FROM skipped GROUP BY file_number, from_row
    UNION ALL
    SELECT DISTINCT file_number, 0, 0 FROM arrival
),
numbered AS (
    SELECT
        arrival.*,
        struct_pack(
            occurred_at, reported_at, place_value, category_value, received_value, validity, deaths, injuries
        ) AS content,
        arrival.file_row + steps.before AS row_number,
        CASE
            WHEN occurred_text IS NULL THEN 'missing_time'
            WHEN occurred_at IS NULL THEN 'unreadable_time'
            WHEN occurred_at < TIMESTAMP '1900-01-01' THEN 'implausible_time'
            -- The zero of Unix time: what a missing time becomes on its way through other systems.
            WHEN occurred_at IN (SELECT unnest($zero_times)) THEN 'implausible_time'
            WHEN occurred_at::DATE > $last_possible_day THEN 'time_in_future'
            WHEN identity IS NULL THEN 'missing_identity'
            ELSE number_problem
        END AS reason_code
    FROM arrival
    ASOF JOIN steps
        ON arrival.file_number = steps.file_number AND arrival.file_row >= steps.from_row
),
repeated AS (
    SELECT
        *,
        row_number() OVER same AS repeat_number,
        first(file_number) OVER same AS first_file_number,
        first(row_number) OVER same AS first_row_number,
        first(content) OVER same IS DISTINCT FROM content AS differs
    FROM numbered
    WINDOW same AS (PARTITION BY identity, reason_code IS NULL ORDER BY file_number, row_number)
)
SELECT
    file_number,
    row_number,
    occurred_text,
    number_text,
    content,
    CASE
        WHEN $repeats = 'count' AND repeat_number > 1
            THEN md5_number(concat_ws(chr(31), identity, repeat_number))
        ELSE identity
    END AS incident_id,
    CASE
        WHEN reason_code IS NULL AND $repeats = 'duplicate' AND repeat_number > 1 AND differs
            THEN 'identity_conflict'
        ELSE reason_code
    END AS reason_code,
    reason_code IS NULL AND $repeats = 'duplicate' AND repeat_number > 1 AND NOT differs AS is_duplicate,
    first_file_number,
    first_row_number
FROM repeated;
