INSERT INTO meta_schema_version VALUES ($version);
