SELECT coalesce(max(batch_id), 0) FROM core_batch;
