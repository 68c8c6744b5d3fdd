-- How far the database of a source was read.
SELECT watermark FROM core_watermark WHERE source_id = $source_id ORDER BY batch_id DESC LIMIT 1;
