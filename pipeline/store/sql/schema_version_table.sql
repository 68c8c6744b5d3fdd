CREATE TABLE IF NOT EXISTS meta_schema_version (version INTEGER PRIMARY KEY);
