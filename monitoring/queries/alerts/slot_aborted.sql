-- slot_aborted
-- WARNING: a slot of the last 24 hours was aborted.
{% import "parts.j2" as parts %}
WITH {{ parts.of_hours("decisions", 24, "action = 'ABORT'", "alert_level IN ('WARNING', 'ERROR')") }},
{{ parts.of_hours("executions", 72) }}
SELECT decisions.slot_id AS subject, decisions.decision_time AS since, decisions.reason AS detail
FROM decisions
LEFT JOIN (SELECT DISTINCT slot_id FROM executions) AS ran ON ran.slot_id = decisions.slot_id
WHERE ran.slot_id IS NULL
ORDER BY decisions.decision_time, subject
