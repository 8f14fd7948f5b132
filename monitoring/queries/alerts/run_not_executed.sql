-- run_not_executed
-- CRITICAL: a RUN of the last 48 hours has no execution and no run after 30 minutes.
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
  decisions.decision_id AS subject,
  decisions.decision_time AS since,
  decisions.reason AS detail
FROM decisions
LEFT JOIN (SELECT DISTINCT decision_id FROM executions) AS executed
  ON executed.decision_id = decisions.decision_id
LEFT JOIN (SELECT DISTINCT decision_id FROM runs) AS begun
  ON begun.decision_id = decisions.decision_id
WHERE executed.decision_id IS NULL AND begun.decision_id IS NULL
ORDER BY decisions.decision_time, decisions.decision_id
