-- missing_files
-- WARNING from 6 files, CRITICAL from 11: written, and never loaded.
WITH newest AS (
  SELECT cleanup_time, missing_files
  FROM `nba_orchestration.cleanup_operations`
  WHERE cleanup_time >= TIMESTAMP_SUB(@now, INTERVAL 24 HOUR)
    AND cleanup_time < TIMESTAMP_ADD(@now, INTERVAL 1 SECOND)
  QUALIFY ROW_NUMBER() OVER (ORDER BY cleanup_time DESC, created_at DESC) = 1
)
SELECT
  'files' AS subject,
  MIN(file.triggered_at) AS since,
  CONCAT(CAST(COUNT(*) AS STRING), ' files') AS detail
FROM newest
CROSS JOIN UNNEST(newest.missing_files) AS file
-- Found by two cleanups: announcing it again did not help.
WHERE file.age_minutes >= 45
HAVING COUNT(*) > 5
