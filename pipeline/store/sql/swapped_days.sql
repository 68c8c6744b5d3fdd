-- Rows whose time cannot be read as declared, but can be with day and month exchanged; and all rows.
SELECT
    (count(*) FILTER (
        WHERE reason_code = 'unreadable_time' AND year(try_strptime(occurred_text, $formats)) >= 1900
    ))::BIGINT,
    count(*)::BIGINT
FROM judged;
