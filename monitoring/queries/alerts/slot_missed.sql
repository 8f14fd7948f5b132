-- slot_missed
-- CRITICAL: a slot of a CRITICAL workflow closed over 70 minutes ago, and no row explains it.
{% import "parts.j2" as parts %}
WITH {{ parts.late_slots() }},
{{ parts.of_hours("decisions", 72) }},
{{ parts.of_hours("executions", 72) }}
SELECT slots.slot_id AS subject, slots.closes_at AS since, 'nothing explains it' AS detail
FROM slots
LEFT JOIN (SELECT DISTINCT slot_id FROM executions) AS ran ON ran.slot_id = slots.slot_id
LEFT JOIN (
  SELECT DISTINCT slot_id
  FROM decisions
  WHERE action = 'ABORT' OR reason_code IN ('satisfied', 'nothing_to_do')
) AS explained ON explained.slot_id = slots.slot_id
WHERE slots.priority = 'CRITICAL'
  AND slots.closes_at <= TIMESTAMP_SUB(@now, INTERVAL 70 MINUTE)
  AND slots.closes_at > TIMESTAMP_SUB(@now, INTERVAL 48 HOUR)
  AND slots.closes_at > slots.known_at
  AND ran.slot_id IS NULL
  AND explained.slot_id IS NULL
ORDER BY slots.closes_at, subject
