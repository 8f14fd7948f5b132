-- schedule_stale
-- WARNING from 12 hours, CRITICAL from 24: the schedule was not fetched.
SELECT
  'nbac_schedule_api' AS subject,
  MAX(completed_at) AS since,
  CASE
    WHEN COUNT(*) = 0 THEN 'not fetched for 8 days'
    WHEN MAX(completed_at) > TIMESTAMP_SUB(@now, INTERVAL 24 HOUR) THEN 'older than 12 hours'
    ELSE 'older than a day'
  END AS detail
FROM `nba_orchestration.scraper_execution_log`
WHERE triggered_at >= TIMESTAMP_SUB(@now, INTERVAL 8 DAY)
  AND triggered_at < TIMESTAMP_ADD(@now, INTERVAL 1 SECOND)
  AND scraper_name = 'nbac_schedule_api'
  AND status = 'success'
HAVING COUNT(*) = 0 OR MAX(completed_at) <= TIMESTAMP_SUB(@now, INTERVAL 12 HOUR)
