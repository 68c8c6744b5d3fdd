"""What is kept: bytes by hash, tables in DuckDB, and the lock in front of both."""
