SELECT facts FROM out_edition WHERE period = $period AND method_id = $method_id AND revision = $revision;
