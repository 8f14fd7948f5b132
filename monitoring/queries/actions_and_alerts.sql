-- Actions and alerts
-- Decisions of a game day by workflow, action, reason and alert level.
WITH decisions AS (
  SELECT *
  FROM `nba_orchestration.workflow_decisions`
  WHERE decision_time >= TIMESTAMP(DATETIME(@game_date, TIME(5, 0, 0)), 'America/New_York')
    AND decision_time < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 1 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
  QUALIFY ROW_NUMBER() OVER (PARTITION BY decision_id ORDER BY created_at) = 1
)
SELECT
  workflow_name,
  action,
  reason_code,
  alert_level,
  COUNT(*) AS decisions,
  MAX(decision_time) AS last_at
FROM decisions
GROUP BY workflow_name, action, reason_code, alert_level
ORDER BY workflow_name, action, reason_code, alert_level
