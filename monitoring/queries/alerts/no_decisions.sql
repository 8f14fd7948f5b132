-- no_decisions
-- CRITICAL: no tick was decided for two hours and five minutes. Runs by hand have no tick.
SELECT 'controller' AS subject, MAX(decision_time) AS since, 'no decisions' AS detail
FROM `nba_orchestration.workflow_decisions`
WHERE decision_time >= TIMESTAMP_SUB(@now, INTERVAL 8 DAY)
  AND decision_time < TIMESTAMP_ADD(@now, INTERVAL 1 SECOND)
  AND tick != ''
HAVING COUNT(*) = 0 OR MAX(decision_time) <= TIMESTAMP_SUB(@now, INTERVAL 125 MINUTE)
