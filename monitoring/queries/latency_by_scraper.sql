-- How long scrapers take
-- Seconds a run takes, by scraper, over the last game days.
{% import "parts.j2" as parts %}
WITH {{ parts.of_days("runs") }}
SELECT
  scraper_name,
  COUNT(*) AS runs,
  ROUND(AVG(duration_seconds), 2) AS average_seconds,
  ROUND(MAX(duration_seconds), 2) AS longest_seconds,
  COALESCE(SUM(retry_count), 0) AS retries
FROM runs
GROUP BY scraper_name
ORDER BY longest_seconds DESC, scraper_name
