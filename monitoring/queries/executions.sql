-- Executions
-- The executions of a game day, with their counts.
{% import "parts.j2" as parts %}
WITH {{ parts.of_day("executions", days=1) }}
SELECT
  execution_time,
  workflow_name,
  status,
  scrapers_triggered,
  scrapers_succeeded,
  scrapers_no_data,
  scrapers_failed,
  ROUND(duration_seconds, 1) AS seconds,
  error_message,
  execution_id
FROM executions
ORDER BY execution_time, execution_id
