-- How long scrapers take
-- Seconds a run takes, by scraper, over the last game days.
WITH runs AS (
  SELECT *
  FROM `nba_orchestration.scraper_execution_log`
  WHERE triggered_at >= TIMESTAMP(
      DATETIME(DATE_SUB(@game_date, INTERVAL (@days - 1) DAY), TIME(5, 0, 0)), 'America/New_York'
    )
    AND triggered_at < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 1 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
  QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY created_at DESC) = 1
)
SELECT
  scraper_name,
  COUNT(*) AS runs,
  ROUND(AVG(duration_seconds), 2) AS average_seconds,
  ROUND(MAX(duration_seconds), 2) AS longest_seconds,
  COALESCE(SUM(retry_count), 0) AS retries
FROM runs
GROUP BY scraper_name
ORDER BY longest_seconds DESC, scraper_name
