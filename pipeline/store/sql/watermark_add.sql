INSERT INTO core_watermark VALUES ($batch_id, $source_id, $watermark);
