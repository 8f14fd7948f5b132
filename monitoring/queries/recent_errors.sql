-- Errors
-- Failed runs of the last game days, by scraper and kind of error, newest first.
WITH runs AS (
  SELECT *
  FROM `nba_orchestration.scraper_execution_log`
  WHERE triggered_at >= TIMESTAMP(
      DATETIME(DATE_SUB(@game_date, INTERVAL (@days - 1) DAY), TIME(5, 0, 0)), 'America/New_York'
    )
    AND triggered_at < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 1 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
    AND status = 'failed'
  QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY created_at DESC) = 1
)
SELECT
  scraper_name,
  error_type,
  COUNT(*) AS runs,
  MIN(triggered_at) AS first_at,
  MAX(triggered_at) AS last_at,
  ARRAY_AGG(error_message ORDER BY triggered_at DESC, run_id LIMIT 1)[OFFSET(0)] AS last_message
FROM runs
GROUP BY scraper_name, error_type
ORDER BY last_at DESC, scraper_name, error_type
