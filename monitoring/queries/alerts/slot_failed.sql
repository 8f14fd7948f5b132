-- slot_failed
-- WARNING: a slot closed in the last 24 hours, and every attempt failed.
{% import "parts.j2" as parts %}
WITH {{ parts.late_slots() }},
{{ parts.of_hours("executions", 72) }},
ended AS (
  SELECT slot_id, MAX(IF(status = 'failed', 0, 1)) AS good, COUNT(*) AS attempts
  FROM executions
  WHERE slot_id IS NOT NULL
  GROUP BY slot_id
)
SELECT
  slots.slot_id AS subject,
  slots.closes_at AS since,
  CONCAT(CAST(ended.attempts AS STRING), ' failed') AS detail
FROM slots
JOIN ended ON ended.slot_id = slots.slot_id
WHERE ended.good = 0
  -- A poll that failed is followed by others: scraper_failing and zero_rows tell of those.
  AND slots.workflow_name NOT LIKE '%discovery%'
  AND slots.closes_at <= @now
  AND slots.closes_at >= TIMESTAMP_SUB(@now, INTERVAL 24 HOUR)
ORDER BY slots.closes_at, subject
