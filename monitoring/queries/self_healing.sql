-- Self-healing
-- What the cleanups of the last game days found and announced again, by day.
WITH cleanups AS (
  SELECT *
  FROM `nba_orchestration.cleanup_operations`
  WHERE cleanup_time >= TIMESTAMP(
      DATETIME(DATE_SUB(@game_date, INTERVAL (@days - 1) DAY), TIME(5, 0, 0)), 'America/New_York'
    )
    AND cleanup_time < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 1 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
  QUALIFY ROW_NUMBER() OVER (PARTITION BY cleanup_id ORDER BY created_at DESC) = 1
)
SELECT
  DATE(DATETIME_SUB(DATETIME(cleanup_time, 'America/New_York'), INTERVAL 5 HOUR)) AS day,
  COUNT(*) AS cleanups,
  SUM(republished_count) AS announced_again,
  MAX(missing_files_found) AS most_missing,
  COUNTIF(missing_files_found > 0) AS cleanups_with_missing,
  COUNTIF(ARRAY_LENGTH(errors) > 0) AS cleanups_with_errors,
  MAX(cleanup_time) AS last_at
FROM cleanups
GROUP BY day
ORDER BY day
