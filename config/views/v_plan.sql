-- The plan as it stands: the lock and all later changes, one row a slot.
-- Withdrawn and vetoed slots stay in it, with status, withdrawn and change_reason.
WITH every AS (
  SELECT
    date, slot_id, 1 AS revision, 'locked' AS change, CAST(NULL AS STRING) AS change_reason,
    CAST(NULL AS STRING) AS changed_by, locked_at AS changed_at, workflow_name,
    expected_run_time, opens_at, closes_at, target_date, reason, scrapers, games_today, priority,
    config_version, environment, created_at
  FROM `nba_orchestration.daily_expected_schedule`
  UNION ALL
  SELECT
    date, slot_id, revision, change, reason AS change_reason,
    changed_by, changed_at, workflow_name,
    expected_run_time, opens_at, closes_at, target_date, reason, scrapers, games_today, priority,
    config_version, environment, created_at
  FROM `nba_orchestration.plan_changes`
),
newest AS (
  SELECT slot_id, revision, change, change_reason, changed_by, changed_at
  FROM every
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY slot_id ORDER BY revision DESC, changed_at DESC, created_at DESC
  ) = 1
),
-- A row that only takes a slot back may leave the slot's own columns empty.
described AS (
  SELECT
    date, slot_id, workflow_name, expected_run_time, opens_at, closes_at, target_date, reason,
    scrapers, games_today, priority, config_version, environment
  FROM every
  WHERE expected_run_time IS NOT NULL
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY slot_id ORDER BY revision DESC, changed_at DESC, created_at DESC
  ) = 1
)
SELECT
  described.date,
  described.slot_id,
  described.workflow_name,
  described.expected_run_time,
  described.opens_at,
  described.closes_at,
  described.target_date,
  described.reason,
  described.scrapers,
  described.games_today,
  described.priority,
  described.config_version,
  described.environment,
  newest.revision,
  newest.change AS status,
  newest.change IN ('withdrawn', 'vetoed') AS withdrawn,
  newest.change_reason,
  newest.changed_by,
  newest.changed_at
FROM described
JOIN newest ON newest.slot_id = described.slot_id
