-- What an operator should look at: decisions that warn, aborts, failed executions and loads.
SELECT
  decision_time AS alert_time,
  IF(alert_level = 'ERROR', 'ERROR', 'WARNING') AS severity,
  IF(action = 'ABORT', 'abort', 'decision') AS kind,
  COALESCE(slot_id, workflow_name) AS subject,
  reason AS message
FROM `nba_orchestration.v_decisions`
WHERE alert_level IN ('WARNING', 'ERROR') OR action = 'ABORT'
UNION ALL
SELECT
  execution_time AS alert_time,
  'ERROR' AS severity,
  'execution' AS kind,
  execution_id AS subject,
  error_message AS message
FROM `nba_orchestration.v_executions`
WHERE status = 'failed'
UNION ALL
SELECT
  processed_at AS alert_time,
  'ERROR' AS severity,
  'load' AS kind,
  gcs_path AS subject,
  error_message AS message
FROM `nba_orchestration.v_loads`
WHERE status = 'failed'
