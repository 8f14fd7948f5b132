-- RUNs without an execution
-- RUNs of the last 48 hours, older than 30 minutes, that no execution row and no run followed. An
-- execution's row is written at its end: one that is under way has runs.
{% import "parts.j2" as parts %}
WITH {{ parts.older_runs("30 MINUTE") }}
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
