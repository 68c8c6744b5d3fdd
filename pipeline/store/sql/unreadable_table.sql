-- Rows that a reader set aside before we saw them.
CREATE OR REPLACE TEMP TABLE unreadable (
    file_number INTEGER,
    row_number BIGINT,
    reason_code VARCHAR,
    detail VARCHAR
);
