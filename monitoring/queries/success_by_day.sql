-- Success by day
-- Runs of the last game days, by day and how they ended.
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
  DATE(DATETIME_SUB(DATETIME(triggered_at, 'America/New_York'), INTERVAL 5 HOUR)) AS day,
  COUNTIF(status = 'success') AS succeeded,
  COUNTIF(status = 'no_data') AS no_data,
  COUNTIF(status = 'failed') AS failed
FROM runs
GROUP BY day
ORDER BY day
