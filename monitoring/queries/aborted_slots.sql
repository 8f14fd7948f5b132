-- Aborted slots
-- ABORTs of the last game days, with their reasons.
WITH decisions AS (
  SELECT *
  FROM `nba_orchestration.workflow_decisions`
  WHERE decision_time >= TIMESTAMP(
      DATETIME(DATE_SUB(@game_date, INTERVAL (@days - 1) DAY), TIME(5, 0, 0)), 'America/New_York'
    )
    AND decision_time < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 1 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
    AND action = 'ABORT'
  QUALIFY ROW_NUMBER() OVER (PARTITION BY decision_id ORDER BY created_at) = 1
)
SELECT decision_time, workflow_name, reason_code, alert_level, reason, slot_id
FROM decisions
ORDER BY decision_time DESC, decision_id
