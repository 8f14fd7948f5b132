-- Success by scraper
-- Runs of the last game days, by scraper, worst first.
{% import "parts.j2" as parts %}
WITH {{ parts.of_days("runs") }}
SELECT
  scraper_name,
  COUNT(*) AS runs,
  COUNTIF(status = 'success') AS succeeded,
  COUNTIF(status = 'no_data') AS no_data,
  COUNTIF(status = 'failed') AS failed,
  ROUND(100 * COUNTIF(status IN ('success', 'no_data')) / COUNT(*), 1) AS answered_percent,
  ROUND(100 * COUNTIF(status = 'success') / COUNT(*), 1) AS with_rows_percent,
  COALESCE(SUM(record_count), 0) AS records,
  ROUND(AVG(duration_seconds), 2) AS average_seconds,
  MAX(triggered_at) AS last_run_at
FROM runs
GROUP BY scraper_name
ORDER BY answered_percent, scraper_name
