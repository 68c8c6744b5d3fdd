-- Rows of the delivery that is being judged, one file after the other.
CREATE OR REPLACE TEMP TABLE arrival (
    file_number INTEGER,
    file_row BIGINT,               -- number among the rows that the reader could take apart
    occurred_text VARCHAR,
    occurred_at TIMESTAMP,
    reported_at TIMESTAMP,
    place_value VARCHAR,
    category_value VARCHAR,
    received_value VARCHAR,
    validity VARCHAR,
    deaths INTEGER,
    injuries INTEGER,
    number_problem VARCHAR,
    number_text VARCHAR,
    longitude DOUBLE,              -- forgotten as soon as the town is found
    latitude DOUBLE,
    identity UHUGEINT
);
