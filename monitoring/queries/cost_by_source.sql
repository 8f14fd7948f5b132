-- Cost by source
-- Requests and credits of the last game days, by source: the first part of its files' paths
-- (the scraper's name where it never wrote one).
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
    runs.run_id,
    runs.completed_at,
    runs.requests,
    runs.retry_count,
    runs.credits,
    runs.credits_left,
    runs.duration_seconds
  FROM runs
  LEFT JOIN sources ON sources.scraper_name = runs.scraper_name
),
credits_now AS (
  SELECT source, credits_left
  FROM named
  WHERE credits_left IS NOT NULL
  QUALIFY ROW_NUMBER() OVER (PARTITION BY source ORDER BY completed_at DESC, run_id DESC) = 1
)
SELECT
  named.source,
  COUNT(*) AS runs,
  COALESCE(SUM(named.requests), 0) AS requests,
  COALESCE(SUM(named.retry_count), 0) AS retries,
  SUM(named.credits) AS credits,
  MAX(credits_now.credits_left) AS credits_left,
  ROUND(SUM(named.duration_seconds), 1) AS seconds
FROM named
LEFT JOIN credits_now ON credits_now.source = named.source
GROUP BY named.source
ORDER BY requests DESC, source
