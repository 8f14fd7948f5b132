-- RUNs without an execution
-- RUNs of the last 48 hours, older than 30 minutes, that no execution row and no run followed. An
-- execution's row is written at its end: one that is under way has runs.
WITH decisions AS (
  SELECT *
  FROM `nba_orchestration.workflow_decisions`
  WHERE decision_time >= TIMESTAMP_SUB(@now, INTERVAL 48 HOUR)
    AND decision_time < TIMESTAMP_SUB(@now, INTERVAL 30 MINUTE)
    AND action = 'RUN'
  QUALIFY ROW_NUMBER() OVER (PARTITION BY decision_id ORDER BY created_at) = 1
),
executions AS (
  SELECT *
  FROM `nba_orchestration.workflow_executions`
  WHERE execution_time >= TIMESTAMP_SUB(@now, INTERVAL 48 HOUR)
    AND execution_time < TIMESTAMP_ADD(@now, INTERVAL 1 SECOND)
  QUALIFY ROW_NUMBER() OVER (PARTITION BY execution_id ORDER BY created_at DESC) = 1
),
runs AS (
  SELECT *
  FROM `nba_orchestration.scraper_execution_log`
  WHERE triggered_at >= TIMESTAMP_SUB(@now, INTERVAL 48 HOUR)
    AND triggered_at < TIMESTAMP_ADD(@now, INTERVAL 1 SECOND)
  QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY created_at DESC) = 1
)
SELECT
  decisions.decision_time,
  decisions.workflow_name,
  decisions.decision_id,
  TIMESTAMP_DIFF(@now, decisions.decision_time, MINUTE) AS waiting_minutes,
  decisions.reason
FROM decisions
LEFT JOIN (SELECT DISTINCT decision_id FROM executions) AS executed
  ON executed.decision_id = decisions.decision_id
LEFT JOIN (SELECT DISTINCT decision_id FROM runs) AS begun
  ON begun.decision_id = decisions.decision_id
WHERE executed.decision_id IS NULL AND begun.decision_id IS NULL
ORDER BY decisions.decision_time, decisions.decision_id
