-- The chain of every run
-- From decision to execution to run to file to load, for the runs of a game day.
WITH decisions AS (
  SELECT *
  FROM `nba_orchestration.workflow_decisions`
  WHERE decision_time >= TIMESTAMP(DATETIME(@game_date, TIME(5, 0, 0)), 'America/New_York')
    AND decision_time < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 2 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
    AND action = 'RUN'
  QUALIFY ROW_NUMBER() OVER (PARTITION BY decision_id ORDER BY created_at) = 1
),
executions AS (
  SELECT *
  FROM `nba_orchestration.workflow_executions`
  WHERE execution_time >= TIMESTAMP(DATETIME(@game_date, TIME(5, 0, 0)), 'America/New_York')
    AND execution_time < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 2 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
  QUALIFY ROW_NUMBER() OVER (PARTITION BY execution_id ORDER BY created_at DESC) = 1
),
runs AS (
  SELECT *
  FROM `nba_orchestration.scraper_execution_log`
  WHERE triggered_at >= TIMESTAMP(DATETIME(@game_date, TIME(5, 0, 0)), 'America/New_York')
    AND triggered_at < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 2 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
  QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY created_at DESC) = 1
),
loads AS (
  SELECT *
  FROM `nba_orchestration.file_processing_log`
  WHERE processed_at >= TIMESTAMP(DATETIME(@game_date, TIME(5, 0, 0)), 'America/New_York')
    AND processed_at < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 2 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
  QUALIFY ROW_NUMBER() OVER (PARTITION BY processing_id ORDER BY created_at DESC) = 1
)
SELECT
  runs.triggered_at,
  runs.workflow,
  runs.scraper_name,
  runs.target,
  runs.status,
  runs.record_count,
  loads.status AS load_status,
  loads.rows_loaded,
  decisions.decision_id,
  executions.execution_id,
  runs.run_id,
  runs.gcs_path
FROM runs
LEFT JOIN executions ON executions.execution_id = runs.workflow_execution_id
LEFT JOIN decisions ON decisions.decision_id = executions.decision_id
LEFT JOIN loads ON loads.gcs_path = runs.gcs_path AND loads.gcs_generation = runs.gcs_generation
WHERE runs.target_date = @game_date
ORDER BY runs.triggered_at, runs.run_id
