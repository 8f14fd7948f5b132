-- file_stuck
-- WARNING: a file is older than four hours and was never loaded.
WITH newest AS (
  SELECT cleanup_time, missing_files
  FROM `nba_orchestration.cleanup_operations`
  WHERE cleanup_time >= TIMESTAMP_SUB(@now, INTERVAL 24 HOUR)
    AND cleanup_time < TIMESTAMP_ADD(@now, INTERVAL 1 SECOND)
  QUALIFY ROW_NUMBER() OVER (ORDER BY cleanup_time DESC, created_at DESC) = 1
)
SELECT file.gcs_path AS subject, file.triggered_at AS since, 'not loaded' AS detail
FROM newest
CROSS JOIN UNNEST(newest.missing_files) AS file
WHERE file.age_minutes > 240
ORDER BY file.triggered_at, subject
