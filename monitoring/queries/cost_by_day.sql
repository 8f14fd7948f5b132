-- Cost by day
-- Requests and credits of the last game days.
{% import "parts.j2" as parts %}
WITH {{ parts.of_days("runs") }}
SELECT
  DATE(DATETIME_SUB(DATETIME(triggered_at, 'America/New_York'), INTERVAL 5 HOUR)) AS day,
  COALESCE(SUM(requests), 0) AS requests,
  COALESCE(SUM(credits), 0) AS credits
FROM runs
GROUP BY day
ORDER BY day
