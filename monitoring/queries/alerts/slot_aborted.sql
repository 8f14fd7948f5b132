-- slot_aborted
-- WARNING: a slot of the last 24 hours was aborted.
WITH decisions AS (
  SELECT *
  FROM `nba_orchestration.workflow_decisions`
  WHERE decision_time >= TIMESTAMP_SUB(@now, INTERVAL 24 HOUR)
    AND decision_time < TIMESTAMP_ADD(@now, INTERVAL 1 SECOND)
    AND action = 'ABORT'
    AND alert_level IN ('WARNING', 'ERROR')
  QUALIFY ROW_NUMBER() OVER (PARTITION BY decision_id ORDER BY created_at) = 1
),
executions AS (
  SELECT *
  FROM `nba_orchestration.workflow_executions`
  WHERE execution_time >= TIMESTAMP_SUB(@now, INTERVAL 72 HOUR)
    AND execution_time < TIMESTAMP_ADD(@now, INTERVAL 1 SECOND)
  QUALIFY ROW_NUMBER() OVER (PARTITION BY execution_id ORDER BY created_at DESC) = 1
)
SELECT decisions.slot_id AS subject, decisions.decision_time AS since, decisions.reason AS detail
FROM decisions
LEFT JOIN (SELECT DISTINCT slot_id FROM executions) AS ran ON ran.slot_id = decisions.slot_id
WHERE ran.slot_id IS NULL
ORDER BY decisions.decision_time, subject
