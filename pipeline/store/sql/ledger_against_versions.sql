-- Days on which the ledger of changes and the incidents themselves disagree. No row: they agree.
WITH newest AS (
    SELECT *
    FROM core_incident_version
    WHERE source_id = $source_id
    QUALIFY row_number() OVER (PARTITION BY incident_id ORDER BY batch_id DESC) = 1
),
counted AS (
    SELECT occurred_at::DATE AS day, count(*) AS n FROM newest WHERE NOT is_withdrawn GROUP BY ALL
),
ledger AS (
    SELECT day, sum(change) AS n FROM core_count_change WHERE source_id = $source_id GROUP BY day
)
SELECT day, coalesce(counted.n, 0)::BIGINT, coalesce(ledger.n, 0)::BIGINT
FROM counted
FULL JOIN ledger USING (day)
WHERE coalesce(counted.n, 0) <> coalesce(ledger.n, 0)
ORDER BY day;
