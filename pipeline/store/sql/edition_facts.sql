SELECT facts FROM out_edition WHERE day = $day AND method_id = $method_id AND revision = $revision;
