-- schedule_refused
-- CRITICAL: the league's schedule was refused, and none accepted since.
WITH asked AS (
  SELECT
    MIN(IF(error_type = 'schedule_refused', triggered_at, NULL)) AS since,
    MAX(IF(error_type = 'schedule_refused', triggered_at, NULL)) AS refused_at,
    MAX(IF(status = 'success', triggered_at, NULL)) AS accepted_at
  FROM `nba_orchestration.scraper_execution_log`
  WHERE triggered_at >= TIMESTAMP_SUB(@now, INTERVAL 24 HOUR)
    AND triggered_at < TIMESTAMP_ADD(@now, INTERVAL 1 SECOND)
    AND scraper_name = 'nbac_schedule_api'
)
SELECT 'nbac_schedule_api' AS subject, since, 'refused' AS detail
FROM asked
WHERE refused_at IS NOT NULL AND (accepted_at IS NULL OR accepted_at < refused_at)
