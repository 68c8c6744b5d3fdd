-- What the newest revision of each edition was made with, to tell which would come out otherwise now.
SELECT
    period,
    method_id,
    revision,
    facts ->> '$.facts.method_sha256' AS method_sha256,
    facts ->> '$.facts.city_sha256' AS city_sha256,
    coalesce(facts ->> '$.facts.vocabulary_sha256', '') AS vocabulary_sha256,
    facts ->> '$.facts.code_version' AS code_version,
    (facts ->> '$.facts.as_of_batch')::INTEGER AS as_of_batch
FROM out_edition
QUALIFY row_number() OVER (PARTITION BY period, method_id ORDER BY revision DESC) = 1
ORDER BY day, period, method_id;
