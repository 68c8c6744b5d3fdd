-- How incidents.parquet was made from the publisher's table (read_parquet of all columns as text).
-- Left out: hour, kind of premises and position, which the pipeline does not use. Field texts are as published.
-- Run in a folder that holds the table as major_crime_indicators.parquet.
COPY (
    SELECT occurrencedate, MCI, Neighbourhood
    FROM read_parquet('major_crime_indicators.parquet')
    ORDER BY occurrencedate, Neighbourhood, MCI
) TO 'incidents.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19);
