-- Editions of periods and of several methods: what was keyed by a day is keyed by the label of a
-- period ("2017-04-12", "2017-W15", "2017-04"), and each edition has districts, indicators and a table
-- of headline categories beside its towns.
CREATE TABLE next_edition (
    period VARCHAR NOT NULL,           -- label
    day DATE NOT NULL,                 -- the last of the period
    method_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,         -- 0 when first published
    content_sha256 VARCHAR NOT NULL,   -- of the values, to tell a revision from a repetition
    facts JSON NOT NULL,               -- everything said once per edition
    PRIMARY KEY (period, method_id, revision)
);
INSERT INTO next_edition
SELECT strftime(day, '%Y-%m-%d'), day, method_id, revision, content_sha256, facts FROM out_edition;
DROP TABLE out_edition;
ALTER TABLE next_edition RENAME TO out_edition;

CREATE TABLE next_ranking (
    period VARCHAR NOT NULL,
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
    change_previous DOUBLE,            -- against the period before; empty for a day
    change_year DOUBLE,                -- against the same period of last year
    expected_events DOUBLE,            -- in effective days at the city's usual rate
    weight_present DOUBLE NOT NULL,    -- share of the method's weight that the records tell
    run_at_worst INTEGER,              -- periods at the worst level in a row, where there is a ladder
    step VARCHAR NOT NULL,             -- what the ladder asks for now; '' where nothing
    patrol_share DOUBLE,               -- share of the patrol effort, where the method has such a rule
    similar_rank INTEGER,              -- among itself and its similar towns
    similar_of INTEGER,                -- how many of them are rated, itself included
    similar_median DOUBLE,             -- score of the similar towns
    obs_status VARCHAR NOT NULL,
    PRIMARY KEY (period, method_id, revision, town_id)
);
INSERT INTO next_ranking BY NAME
SELECT * EXCLUDE (day), strftime(day, '%Y-%m-%d') AS period, 1.0 AS weight_present, '' AS step FROM out_ranking;
DROP TABLE out_ranking;
ALTER TABLE next_ranking RENAME TO out_ranking;

CREATE TABLE next_pillar (
    period VARCHAR NOT NULL,
    method_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    town_id VARCHAR NOT NULL,
    pillar VARCHAR NOT NULL,
    score DOUBLE,
    relative_rate DOUBLE,              -- after shrinkage, 1 = a usual day of the city; standard method
    own_relative_rate DOUBLE,          -- before
    kept DOUBLE,                       -- share of the own rate in the relative rate
    PRIMARY KEY (period, method_id, revision, town_id, pillar)
);
INSERT INTO next_pillar BY NAME
SELECT * EXCLUDE (day), strftime(day, '%Y-%m-%d') AS period FROM out_pillar;
DROP TABLE out_pillar;
ALTER TABLE next_pillar RENAME TO out_pillar;

CREATE TABLE next_component (
    period VARCHAR NOT NULL,
    method_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    town_id VARCHAR NOT NULL,
    pillar VARCHAR NOT NULL,
    category VARCHAR NOT NULL,
    count BIGINT,                      -- incidents in the window; empty for an external indicator
    expected DOUBLE,                   -- incidents in the window at the rate compared with
    points_lost DOUBLE,
    obs_status VARCHAR NOT NULL,
    PRIMARY KEY (period, method_id, revision, town_id, pillar, category)
);
INSERT INTO next_component BY NAME
SELECT * EXCLUDE (day), strftime(day, '%Y-%m-%d') AS period FROM out_component;
DROP TABLE out_component;
ALTER TABLE next_component RENAME TO out_component;

CREATE TABLE out_indicator (
    period VARCHAR NOT NULL,
    method_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    town_id VARCHAR NOT NULL,
    pillar VARCHAR NOT NULL,
    indicator VARCHAR NOT NULL,
    value DOUBLE,                      -- per unit of the denominator and period, or an external value
    baseline DOUBLE,                   -- what it is compared with, in the same unit
    score DOUBLE,
    obs_status VARCHAR NOT NULL,
    PRIMARY KEY (period, method_id, revision, town_id, indicator)
);

CREATE TABLE out_district (
    period VARCHAR NOT NULL,
    method_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    district VARCHAR NOT NULL,
    n_towns INTEGER NOT NULL,
    population BIGINT NOT NULL,
    rank INTEGER,
    score DOUBLE,
    score_low DOUBLE,
    score_high DOUBLE,
    level INTEGER,
    change_1d DOUBLE,
    change_7d DOUBLE,
    change_previous DOUBLE,
    change_year DOUBLE,
    obs_status VARCHAR NOT NULL,
    PRIMARY KEY (period, method_id, revision, district)
);

CREATE TABLE out_headline (
    period VARCHAR NOT NULL,
    method_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    scope VARCHAR NOT NULL,            -- city | district | town
    scope_id VARCHAR NOT NULL,         -- '' for the city
    code VARCHAR NOT NULL,             -- group of the vocabulary
    comparison VARCHAR NOT NULL,       -- previous | year_before | three_years | base | ...
    base_first DATE,
    base_last DATE,
    base_years INTEGER NOT NULL,       -- periods pooled into the base
    is_moved BOOLEAN NOT NULL,         -- the base was moved to the same days round a moving holiday
    count BIGINT NOT NULL,             -- incidents in the period
    base_count DOUBLE,                 -- incidents in the base, brought to the same number of days
    percent DOUBLE,                    -- empty where the base is zero
    ratio_low DOUBLE,
    ratio_high DOUBLE,
    direction VARCHAR NOT NULL,        -- up | down | no clear change | ''
    obs_status VARCHAR NOT NULL,       -- normal | missing | break | no rate
    PRIMARY KEY (period, method_id, revision, scope, scope_id, code, comparison)
);

CREATE TABLE out_sensitivity (
    period VARCHAR NOT NULL,
    method_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    variant VARCHAR NOT NULL,          -- one choice made otherwise; weights_p5 and so on: random weights
    town_id VARCHAR NOT NULL,
    rank INTEGER,                      -- under the variant; empty where the method does not rate
    PRIMARY KEY (period, method_id, revision, variant, town_id)
);
