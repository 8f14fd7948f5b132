-- The plan of a game day
-- Every slot as it stands: locked, added or withdrawn.
WITH every_slot AS (
  SELECT slot_id, workflow_name, expected_run_time, opens_at, closes_at, priority, games_today,
    'locked' AS change, 1 AS revision, created_at
  FROM `nba_orchestration.daily_expected_schedule`
  WHERE date = @game_date
  UNION ALL
  SELECT slot_id, workflow_name, expected_run_time, opens_at, closes_at, priority, games_today,
    change, revision, created_at
  FROM `nba_orchestration.plan_changes`
  WHERE date = @game_date
),
plan AS (
  SELECT slot_id, workflow_name, expected_run_time, opens_at, closes_at, priority, games_today,
    change
  FROM every_slot
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY slot_id ORDER BY revision DESC, created_at DESC
  ) = 1
)
SELECT expected_run_time, workflow_name, opens_at, closes_at, priority, games_today, change, slot_id
FROM plan
ORDER BY expected_run_time, slot_id
