SELECT file_number, sum(n)::BIGINT
FROM (
    SELECT file_number, count(*) AS n FROM arrival GROUP BY file_number
    UNION ALL
    SELECT file_number, count(*) AS n FROM unreadable GROUP BY file_number
)
GROUP BY file_number
ORDER BY file_number;
