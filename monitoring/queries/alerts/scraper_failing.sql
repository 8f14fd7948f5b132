-- scraper_failing
-- WARNING: a scraper failed in three executions in a row, over an hour or more. Whether its whole
-- source is silent (source_silent) is seen where several of its scrapers are listed.
{% import "parts.j2" as parts %}
WITH {{ parts.of_hours("runs", 24, "(error_type IS NULL OR error_type NOT IN ('expired', 'lost'))") }},
asked AS (
  SELECT
    scraper_name,
    workflow_execution_id,
    MIN(triggered_at) AS asked_at,
    MAX(REGEXP_EXTRACT(gcs_path, r'^([^/]+)/')) AS source,
    COUNTIF(status IN ('success', 'no_data')) AS well,
    MAX(error_type) AS error_type
  FROM runs
  GROUP BY scraper_name, workflow_execution_id
),
last_well AS (
  SELECT scraper_name, MAX(asked_at) AS well_at
  FROM asked
  WHERE well > 0
  GROUP BY scraper_name
),
streaks AS (
  SELECT
    asked.scraper_name,
    COUNT(*) AS executions,
    MIN(asked.asked_at) AS since,
    MAX(asked.asked_at) AS until,
    MAX(asked.error_type) AS error_type
  FROM asked
  LEFT JOIN last_well ON last_well.scraper_name = asked.scraper_name
  WHERE last_well.well_at IS NULL OR asked.asked_at > last_well.well_at
  GROUP BY asked.scraper_name
)
SELECT
  scraper_name AS subject,
  since,
  CONCAT(CAST(executions AS STRING), ' executions: ', error_type) AS detail
FROM streaks
WHERE executions >= 3 AND TIMESTAMP_DIFF(until, since, MINUTE) >= 60
ORDER BY subject
