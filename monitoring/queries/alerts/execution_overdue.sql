-- execution_overdue
-- CRITICAL: a RUN is older than two and a half hours, its runs began, and it has no end: three steps
-- of 45 minutes, and 15.
{% import "parts.j2" as parts %}
WITH {{ parts.older_runs("150 MINUTE") }}
SELECT decisions.decision_id AS subject, decisions.decision_time AS since, 'not ended' AS detail
FROM decisions
JOIN (SELECT DISTINCT decision_id FROM runs) AS begun ON begun.decision_id = decisions.decision_id
LEFT JOIN (SELECT DISTINCT decision_id FROM executions) AS ended
  ON ended.decision_id = decisions.decision_id
WHERE ended.decision_id IS NULL
ORDER BY decisions.decision_time, subject
