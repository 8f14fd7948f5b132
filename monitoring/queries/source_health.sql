-- Source health
-- Each source over the last game days: how it answers, since when it is silent, what it says.
WITH runs AS (
  SELECT *
  FROM `nba_orchestration.scraper_execution_log`
  WHERE triggered_at >= TIMESTAMP(
      DATETIME(DATE_SUB(@game_date, INTERVAL (@days - 1) DAY), TIME(5, 0, 0)), 'America/New_York'
    )
    AND triggered_at < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 1 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
  QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY created_at DESC) = 1
),
sources AS (
  SELECT scraper_name, MAX(REGEXP_EXTRACT(gcs_path, r'^([^/]+)/')) AS source
  FROM runs
  GROUP BY scraper_name
),
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
