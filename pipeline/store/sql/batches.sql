SELECT
    batch_id,
    source_id,
    delivery,
    rows_read,
    rows_accepted,
    rows_duplicate,
    rows_rejected,
    incidents_new,
    incidents_changed,
    incidents_unchanged,
    incidents_withdrawn
FROM core_batch
WHERE batch_id <= $as_of
ORDER BY batch_id;
