-- cleanup_silent
-- CRITICAL: no cleanup for 30 minutes.
SELECT 'cleanup' AS subject, MAX(cleanup_time) AS since, 'silent' AS detail
FROM `nba_orchestration.cleanup_operations`
WHERE cleanup_time >= TIMESTAMP_SUB(@now, INTERVAL 8 DAY)
  AND cleanup_time < TIMESTAMP_ADD(@now, INTERVAL 1 SECOND)
HAVING COUNT(*) = 0 OR MAX(cleanup_time) <= TIMESTAMP_SUB(@now, INTERVAL 30 MINUTE)
