INSERT INTO out_edition VALUES ($day, $method_id, $revision, $content_sha256, $facts);
