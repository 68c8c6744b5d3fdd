SELECT
    (count(*) FILTER (WHERE reason_code IS NULL AND NOT is_duplicate))::BIGINT AS accepted,
    (count(*) FILTER (WHERE is_duplicate))::BIGINT AS duplicate,
    (count(*) FILTER (WHERE reason_code IS NOT NULL))::BIGINT + (SELECT count(*) FROM unreadable) AS rejected
FROM judged;
