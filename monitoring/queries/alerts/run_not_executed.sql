-- run_not_executed
-- CRITICAL: a RUN of the last 48 hours has no execution and no run after 30 minutes.
{% import "parts.j2" as parts %}
WITH {{ parts.older_runs("30 MINUTE") }}
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
