-- Actions and alerts
-- Decisions of a game day by workflow, action, reason and alert level.
{% import "parts.j2" as parts %}
WITH {{ parts.of_day("decisions", days=1) }}
SELECT
  workflow_name,
  action,
  reason_code,
  alert_level,
  COUNT(*) AS decisions,
  MAX(decision_time) AS last_at
FROM decisions
GROUP BY workflow_name, action, reason_code, alert_level
ORDER BY workflow_name, action, reason_code, alert_level
