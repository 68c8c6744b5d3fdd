INSERT INTO out_edition VALUES ($period, $day, $method_id, $revision, $content_sha256, $facts);
