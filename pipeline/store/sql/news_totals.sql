SELECT
    (count(*) FILTER (WHERE kind = 'new'))::BIGINT,
    (count(*) FILTER (WHERE kind = 'changed'))::BIGINT,
    (count(*) FILTER (WHERE kind = 'withdrawn'))::BIGINT,
    (SELECT count(*) FROM live WHERE NOT is_withdrawn)
FROM news;
