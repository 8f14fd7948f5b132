-- Success by day
-- Runs of the last game days, by day and how they ended.
{% import "parts.j2" as parts %}
WITH {{ parts.of_days("runs") }}
SELECT
  DATE(DATETIME_SUB(DATETIME(triggered_at, 'America/New_York'), INTERVAL 5 HOUR)) AS day,
  COUNTIF(status = 'success') AS succeeded,
  COUNTIF(status = 'no_data') AS no_data,
  COUNTIF(status = 'failed') AS failed
FROM runs
GROUP BY day
ORDER BY day
