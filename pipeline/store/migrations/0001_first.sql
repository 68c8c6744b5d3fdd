-- Layers: raw_ as received, core_ checked and keyed, out_ for readers.

CREATE TABLE core_batch (
    batch_id INTEGER PRIMARY KEY,      -- 1, 2, ...: knowledge grows batch by batch
    source_id VARCHAR NOT NULL,
    delivery VARCHAR NOT NULL,         -- append | snapshot
    received_at TIMESTAMPTZ NOT NULL,  -- never printed: a clock reaches no output
    rows_read BIGINT NOT NULL,
    rows_accepted BIGINT NOT NULL,
    rows_duplicate BIGINT NOT NULL,
    rows_rejected BIGINT NOT NULL,
    incidents_new BIGINT NOT NULL,
    incidents_changed BIGINT NOT NULL,
    incidents_unchanged BIGINT NOT NULL,
    incidents_withdrawn BIGINT NOT NULL
);

CREATE TABLE raw_file (
    batch_id INTEGER NOT NULL,
    file_number INTEGER NOT NULL,      -- 1, 2, ... within the batch
    file_name VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    size_bytes BIGINT NOT NULL,
    rows_read BIGINT NOT NULL,
    PRIMARY KEY (batch_id, file_number)
);

-- Rows set aside. Never the text of an incident: the value of a named column, or what the reader said.
CREATE TABLE raw_rejected_row (
    batch_id INTEGER NOT NULL,
    file_number INTEGER NOT NULL,
    row_number BIGINT NOT NULL,        -- 1 = first row after the header
    reason_code VARCHAR NOT NULL,
    column_name VARCHAR,
    value VARCHAR
);

CREATE TABLE raw_duplicate_row (
    batch_id INTEGER NOT NULL,
    file_number INTEGER NOT NULL,
    row_number BIGINT NOT NULL,
    first_file_number INTEGER NOT NULL,
    first_row_number BIGINT NOT NULL
);

-- A version is written only when an incident is new, changed or withdrawn. The newest one counts.
CREATE TABLE core_incident_version (
    source_id VARCHAR NOT NULL,
    incident_id UHUGEINT NOT NULL,
    batch_id INTEGER NOT NULL,
    occurred_at TIMESTAMP NOT NULL,    -- wall time of the city; of a withdrawn one, as last known
    reported_at TIMESTAMP,
    place_value VARCHAR,
    category_value VARCHAR,
    is_withdrawn BOOLEAN NOT NULL
);

-- What each batch changed in the counts. The sum up to a batch is what was known then.
CREATE TABLE core_count_change (
    batch_id INTEGER NOT NULL,
    source_id VARCHAR NOT NULL,
    day DATE NOT NULL,
    place_value VARCHAR,
    category_value VARCHAR,
    change INTEGER NOT NULL
);

CREATE TABLE out_edition (
    day DATE NOT NULL,
    method_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,         -- 0 when first published
    content_sha256 VARCHAR NOT NULL,   -- of the values, to tell a revision from a repetition
    facts JSON NOT NULL,               -- everything said once per edition
    PRIMARY KEY (day, method_id, revision)
);

-- Names are stored with the values: a town that is renamed later keeps its name in old editions.
CREATE TABLE out_ranking (
    day DATE NOT NULL,
    method_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    town_id VARCHAR NOT NULL,
    town_name VARCHAR NOT NULL,
    town_name_zh VARCHAR NOT NULL,
    district VARCHAR NOT NULL,
    population BIGINT NOT NULL,
    rank INTEGER,                      -- empty where not rated, as all values below
    rank_low INTEGER,
    rank_high INTEGER,
    score DOUBLE,
    score_low DOUBLE,
    score_high DOUBLE,
    level INTEGER,
    change_1d DOUBLE,
    change_7d DOUBLE,
    expected_events DOUBLE NOT NULL,   -- in effective days at the city's usual rate
    obs_status VARCHAR NOT NULL,
    PRIMARY KEY (day, method_id, revision, town_id)
);

CREATE TABLE out_pillar (
    day DATE NOT NULL,
    method_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    town_id VARCHAR NOT NULL,
    pillar VARCHAR NOT NULL,
    score DOUBLE,
    relative_rate DOUBLE NOT NULL,     -- after shrinkage, 1 = a usual day of the city
    own_relative_rate DOUBLE NOT NULL, -- before
    kept DOUBLE NOT NULL,              -- share of the own rate in the relative rate
    PRIMARY KEY (day, method_id, revision, town_id, pillar)
);

CREATE TABLE out_component (
    day DATE NOT NULL,
    method_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    town_id VARCHAR NOT NULL,
    pillar VARCHAR NOT NULL,
    category VARCHAR NOT NULL,
    count BIGINT NOT NULL,             -- incidents in the window
    expected DOUBLE NOT NULL,          -- incidents in the window at the city's usual rate
    points_lost DOUBLE,
    obs_status VARCHAR NOT NULL,
    PRIMARY KEY (day, method_id, revision, town_id, category)
);
