-- Files that are missing now
-- What the newest cleanup of the last 24 hours found without a load, oldest first.
WITH newest AS (
  SELECT cleanup_time, missing_files
  FROM `nba_orchestration.cleanup_operations`
  WHERE cleanup_time >= TIMESTAMP_SUB(@now, INTERVAL 24 HOUR)
    AND cleanup_time < TIMESTAMP_ADD(@now, INTERVAL 1 SECOND)
  QUALIFY ROW_NUMBER() OVER (ORDER BY cleanup_time DESC, created_at DESC) = 1
)
SELECT
  file.gcs_path,
  file.scraper_name,
  file.age_minutes,
  CASE
    WHEN file.age_minutes > 240 THEN 'CRITICAL'
    WHEN file.age_minutes > 120 THEN 'WARNING'
    ELSE 'RECENT'
  END AS urgency,
  file.republished,
  file.triggered_at,
  newest.cleanup_time
FROM newest
CROSS JOIN UNNEST(newest.missing_files) AS file
ORDER BY file.age_minutes DESC, file.gcs_path
