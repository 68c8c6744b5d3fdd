-- What this batch says that was not known: new, changed (also: back again) and withdrawn incidents.
CREATE OR REPLACE TEMP TABLE news AS
SELECT
    given.incident_id,
    given.content,
    FALSE AS is_withdrawn,
    CASE WHEN live.incident_id IS NULL THEN 'new' ELSE 'changed' END AS kind
FROM judged AS given
LEFT JOIN live ON given.incident_id = live.incident_id
WHERE
    given.reason_code IS NULL
    AND NOT given.is_duplicate
    AND (live.incident_id IS NULL OR live.is_withdrawn OR given.content IS DISTINCT FROM live.content)
UNION ALL
SELECT live.incident_id, live.content, TRUE, 'withdrawn'
FROM live
WHERE
    $delivery = 'snapshot'
    AND NOT live.is_withdrawn
    AND NOT EXISTS (SELECT 1 FROM judged WHERE judged.incident_id = live.incident_id);
