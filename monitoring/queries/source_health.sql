-- Source health
-- Each source over the last game days: how it answers, since when it is silent, what it says.
{% import "parts.j2" as parts %}
WITH {{ parts.of_days("runs") }},
{{ parts.sources() }},
named AS (
  SELECT
    COALESCE(sources.source, runs.scraper_name) AS source,
    runs.status,
    runs.triggered_at,
    runs.error_type,
    runs.duration_seconds
  FROM runs
  LEFT JOIN sources ON sources.scraper_name = runs.scraper_name
)
SELECT
  source,
  COUNT(*) AS runs,
  ROUND(100 * COUNTIF(status IN ('success', 'no_data')) / COUNT(*), 1) AS answered_percent,
  MAX(IF(status = 'success', triggered_at, NULL)) AS last_success_at,
  TIMESTAMP_DIFF(@now, MAX(IF(status = 'success', triggered_at, NULL)), HOUR) AS silent_hours,
  COUNTIF(status = 'failed') AS failed,
  MAX(IF(status = 'failed', error_type, NULL)) AS an_error,
  ROUND(AVG(duration_seconds), 2) AS average_seconds
FROM named
GROUP BY source
ORDER BY answered_percent, source
