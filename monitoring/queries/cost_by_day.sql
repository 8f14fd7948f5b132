-- Cost by day
-- Requests and credits of the last game days.
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
  COALESCE(SUM(requests), 0) AS requests,
  COALESCE(SUM(credits), 0) AS credits
FROM runs
GROUP BY day
ORDER BY day
