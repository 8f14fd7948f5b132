-- zero_rows
-- WARNING: for yesterday's game day a scraper was asked, answered, and never gave a record.
{% import "parts.j2" as parts %}
WITH {{ parts.of_hours("runs", 60) }},
{{ parts.playing() }}
SELECT
  CONCAT(CAST(runs.target_date AS STRING), ' ', runs.scraper_name) AS subject,
  MIN(runs.triggered_at) AS since,
  CONCAT(CAST(COUNT(*) AS STRING), ' answers without a row') AS detail
FROM runs
JOIN playing ON playing.date = runs.target_date
WHERE runs.target_date = DATE_SUB(DATE(DATETIME_SUB(DATETIME(@now, 'America/New_York'), INTERVAL 5 HOUR)), INTERVAL 1 DAY)
  AND @now >= TIMESTAMP(
    DATETIME(DATE_ADD(runs.target_date, INTERVAL 1 DAY), TIME(15, 10, 0)), 'America/New_York'
  )
GROUP BY runs.target_date, runs.scraper_name
HAVING COALESCE(SUM(runs.record_count), 0) = 0 AND COUNTIF(runs.status = 'failed') = 0
ORDER BY subject
