SELECT batch_id, reason_code, count(*) AS n
FROM raw_rejected_row
WHERE batch_id <= $as_of
GROUP BY batch_id, reason_code
ORDER BY batch_id, n DESC, reason_code;
