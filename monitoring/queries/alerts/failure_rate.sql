-- failure_rate
-- WARNING: over 20 % of the runs of 24 hours failed, and no later run for the same target was well.
{% import "parts.j2" as parts %}
WITH {{ parts.of_hours("runs", 24) }},
healed AS (
  SELECT scraper_name, target_date, target, MAX(triggered_at) AS well_at
  FROM runs
  WHERE status = 'success'
  GROUP BY scraper_name, target_date, target
),
counted AS (
  SELECT
    COUNT(*) AS ended,
    COUNTIF(
      runs.status = 'failed'
      AND runs.triggered_at <= TIMESTAMP_SUB(@now, INTERVAL 70 MINUTE)
      AND (healed.well_at IS NULL OR healed.well_at < runs.triggered_at)
    ) AS failed,
    MIN(IF(runs.status = 'failed', runs.triggered_at, NULL)) AS since
  FROM runs
  LEFT JOIN healed
    ON healed.scraper_name = runs.scraper_name
    AND healed.target_date = runs.target_date
    AND healed.target = runs.target
)
SELECT
  'runs' AS subject,
  since,
  CONCAT(CAST(failed AS STRING), ' of ', CAST(ended AS STRING)) AS detail
FROM counted
WHERE ended >= 10 AND failed > 0.2 * ended
