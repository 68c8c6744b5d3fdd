-- First and last day of each source, as known up to a batch.
SELECT source_id, min(day), max(day)
FROM (
    SELECT source_id, day
    FROM core_count_change
    WHERE batch_id <= $as_of
    GROUP BY source_id, day
    HAVING sum(change) > 0
)
GROUP BY source_id;
