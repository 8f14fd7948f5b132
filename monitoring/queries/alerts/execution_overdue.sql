-- execution_overdue
-- CRITICAL: a RUN is older than two and a half hours, its runs began, and it has no end: three steps
-- of 45 minutes, and 15.
WITH decisions AS (
  SELECT *
  FROM `nba_orchestration.workflow_decisions`
  WHERE decision_time >= TIMESTAMP_SUB(@now, INTERVAL 48 HOUR)
    AND decision_time < TIMESTAMP_SUB(@now, INTERVAL 150 MINUTE)
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
SELECT decisions.decision_id AS subject, decisions.decision_time AS since, 'not ended' AS detail
FROM decisions
JOIN (SELECT DISTINCT decision_id FROM runs) AS begun ON begun.decision_id = decisions.decision_id
LEFT JOIN (SELECT DISTINCT decision_id FROM executions) AS ended
  ON ended.decision_id = decisions.decision_id
WHERE ended.decision_id IS NULL
ORDER BY decisions.decision_time, subject
