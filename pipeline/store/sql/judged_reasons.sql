-- Why rows were set aside, the commonest reason first.
SELECT reason_code, count(*)::BIGINT AS n
FROM (
    SELECT reason_code FROM judged WHERE reason_code IS NOT NULL
    UNION ALL
    SELECT reason_code FROM unreadable
)
GROUP BY reason_code
ORDER BY n DESC, reason_code;
