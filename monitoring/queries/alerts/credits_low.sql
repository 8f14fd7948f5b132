-- credits_low
-- WARNING: less than 20 % of a source's credits are left, or four times the reserve that ships (500).
{% import "parts.j2" as parts %}
WITH {{ parts.of_hours("runs", 24, "credits_left IS NOT NULL") }},
newest AS (
  SELECT
    scraper_name,
    completed_at,
    credits_left,
    CAST(JSON_VALUE(data_summary, '$.scraper_stats.credits_used') AS INT64) AS credits_used
  FROM runs
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (ORDER BY completed_at DESC, run_id DESC) = 1
)
SELECT
  scraper_name AS subject,
  completed_at AS since,
  CONCAT(CAST(credits_left AS STRING), ' credits left') AS detail
FROM newest
WHERE credits_left < GREATEST(0.2 * (credits_left + COALESCE(credits_used, 0)), 2000)
