-- repair_blind
-- WARNING: the two newest cleanups could not read the loads.
WITH newest AS (
  SELECT cleanup_time, ARRAY_LENGTH(errors) AS errors
  FROM `nba_orchestration.cleanup_operations`
  WHERE cleanup_time >= TIMESTAMP_SUB(@now, INTERVAL 24 HOUR)
    AND cleanup_time < TIMESTAMP_ADD(@now, INTERVAL 1 SECOND)
  QUALIFY ROW_NUMBER() OVER (ORDER BY cleanup_time DESC, created_at DESC) <= 2
)
SELECT 'cleanup' AS subject, MIN(cleanup_time) AS since, 'the loads cannot be read' AS detail
FROM newest
HAVING COUNTIF(errors > 0) = 2
