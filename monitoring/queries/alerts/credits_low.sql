-- credits_low
-- WARNING: less than 20 % of a source's credits are left, or four times the reserve that ships (500).
WITH runs AS (
  SELECT *
  FROM `nba_orchestration.scraper_execution_log`
  WHERE triggered_at >= TIMESTAMP_SUB(@now, INTERVAL 24 HOUR)
    AND triggered_at < TIMESTAMP_ADD(@now, INTERVAL 1 SECOND)
    AND credits_left IS NOT NULL
  QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY created_at DESC) = 1
),
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
