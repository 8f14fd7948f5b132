-- From file to rows
-- Minutes from the end of a run to the load of its file, by hour of a game day.
WITH runs AS (
  SELECT *
  FROM `nba_orchestration.scraper_execution_log`
  WHERE triggered_at >= TIMESTAMP(DATETIME(@game_date, TIME(5, 0, 0)), 'America/New_York')
    AND triggered_at < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 2 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
    AND gcs_path IS NOT NULL
  QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY created_at DESC) = 1
),
loads AS (
  SELECT *
  FROM `nba_orchestration.file_processing_log`
  WHERE processed_at >= TIMESTAMP(DATETIME(@game_date, TIME(5, 0, 0)), 'America/New_York')
    AND processed_at < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 2 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
    AND status = 'loaded'
  QUALIFY ROW_NUMBER() OVER (PARTITION BY processing_id ORDER BY created_at DESC) = 1
)
SELECT
  TIMESTAMP_TRUNC(runs.completed_at, HOUR) AS time,
  COUNT(*) AS files,
  ROUND(AVG(TIMESTAMP_DIFF(loads.processed_at, runs.completed_at, MILLISECOND)) / 60000, 1)
    AS average_minutes,
  ROUND(MAX(TIMESTAMP_DIFF(loads.processed_at, runs.completed_at, MILLISECOND)) / 60000, 1)
    AS longest_minutes
FROM runs
JOIN loads ON loads.gcs_path = runs.gcs_path AND loads.gcs_generation = runs.gcs_generation
WHERE runs.completed_at < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 1 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
GROUP BY time
ORDER BY time
