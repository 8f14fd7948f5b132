-- no_decisions
-- CRITICAL: no decision for two hours and five minutes.
SELECT 'controller' AS subject, MAX(decision_time) AS since, 'no decisions' AS detail
FROM `nba_orchestration.workflow_decisions`
WHERE decision_time >= TIMESTAMP_SUB(@now, INTERVAL 8 DAY)
  AND decision_time < TIMESTAMP_ADD(@now, INTERVAL 1 SECOND)
HAVING COUNT(*) = 0 OR MAX(decision_time) <= TIMESTAMP_SUB(@now, INTERVAL 125 MINUTE)
