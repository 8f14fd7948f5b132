-- Aborted slots
-- ABORTs of the last game days, with their reasons.
{% import "parts.j2" as parts %}
WITH {{ parts.of_days("decisions", "action = 'ABORT'") }}
SELECT decision_time, workflow_name, reason_code, alert_level, reason, slot_id
FROM decisions
ORDER BY decision_time DESC, decision_id
