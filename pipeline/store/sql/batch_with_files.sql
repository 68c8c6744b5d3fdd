-- The batch of this source that already brought exactly these files.
SELECT batch_id
FROM raw_file
JOIN core_batch USING (batch_id)
WHERE source_id = $source_id
GROUP BY batch_id
HAVING list_sort(list(sha256)) = list_sort($sha256)
ORDER BY batch_id
LIMIT 1;
