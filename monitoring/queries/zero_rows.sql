-- Asked and never a row
-- Scrapers that were asked for a game day and never gave a record.
WITH runs AS (
  SELECT *
  FROM `nba_orchestration.scraper_execution_log`
  WHERE triggered_at >= TIMESTAMP(DATETIME(@game_date, TIME(5, 0, 0)), 'America/New_York')
    AND triggered_at < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 2 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
  QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY created_at DESC) = 1
)
SELECT
  scraper_name,
  COUNT(*) AS runs,
  COUNTIF(status = 'no_data') AS no_data,
  COUNTIF(status = 'failed') AS failed,
  MIN(triggered_at) AS first_at,
  MAX(triggered_at) AS last_at
FROM runs
WHERE target_date = @game_date
GROUP BY scraper_name
HAVING COALESCE(SUM(record_count), 0) = 0
ORDER BY scraper_name
