-- Errors
-- Failed runs of the last game days, by scraper and kind of error, newest first.
{% import "parts.j2" as parts %}
WITH {{ parts.of_days("runs", "status = 'failed'") }}
SELECT
  scraper_name,
  error_type,
  COUNT(*) AS runs,
  MIN(triggered_at) AS first_at,
  MAX(triggered_at) AS last_at,
  ARRAY_AGG(error_message ORDER BY triggered_at DESC, run_id LIMIT 1)[OFFSET(0)] AS last_message
FROM runs
GROUP BY scraper_name, error_type
ORDER BY last_at DESC, scraper_name, error_type
