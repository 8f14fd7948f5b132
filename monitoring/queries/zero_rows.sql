-- Asked and never a row
-- Scrapers that were asked for a game day and never gave a record.
{% import "parts.j2" as parts %}
WITH {{ parts.of_day("runs") }}
SELECT
  scraper_name,
  COUNT(*) AS runs,
  COUNTIF(status = 'no_data') AS no_data,
  COUNTIF(status = 'failed') AS failed,
  MIN(triggered_at) AS first_at,
  MAX(triggered_at) AS last_at
FROM runs
WHERE target_date = @game_date
GROUP BY scraper_name
HAVING COALESCE(SUM(record_count), 0) = 0
ORDER BY scraper_name
