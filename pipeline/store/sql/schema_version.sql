SELECT coalesce(max(version), 0) FROM meta_schema_version;
