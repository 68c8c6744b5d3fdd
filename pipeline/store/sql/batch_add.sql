INSERT INTO core_batch VALUES (
    $batch_id, $source_id, $delivery, $received_at, $rows_read, $rows_accepted, $rows_duplicate,
    $rows_rejected, $incidents_new, $incidents_changed, $incidents_unchanged, $incidents_withdrawn
);
