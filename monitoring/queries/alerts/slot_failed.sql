-- slot_failed
-- WARNING: a slot closed in the last 24 hours, and every attempt failed.
WITH slots AS (
  SELECT slot_id, workflow_name, closes_at, priority, locked_at
  FROM `nba_orchestration.daily_expected_schedule`
  WHERE date >= DATE_SUB(DATE(@now, 'America/New_York'), INTERVAL 2 DAY)
    AND date <= DATE(@now, 'America/New_York')
  QUALIFY ROW_NUMBER() OVER (PARTITION BY slot_id ORDER BY created_at DESC) = 1
),
withdrawn AS (
  SELECT DISTINCT slot_id
  FROM `nba_orchestration.plan_changes`
  WHERE date >= DATE_SUB(DATE(@now, 'America/New_York'), INTERVAL 2 DAY)
    AND date <= DATE(@now, 'America/New_York')
    AND change IN ('withdrawn', 'vetoed')
),
executions AS (
  SELECT *
  FROM `nba_orchestration.workflow_executions`
  WHERE execution_time >= TIMESTAMP_SUB(@now, INTERVAL 72 HOUR)
    AND execution_time < TIMESTAMP_ADD(@now, INTERVAL 1 SECOND)
  QUALIFY ROW_NUMBER() OVER (PARTITION BY execution_id ORDER BY created_at DESC) = 1
),
ended AS (
  SELECT slot_id, MAX(IF(status = 'failed', 0, 1)) AS good, COUNT(*) AS attempts
  FROM executions
  WHERE slot_id IS NOT NULL
  GROUP BY slot_id
)
SELECT
  slots.slot_id AS subject,
  slots.closes_at AS since,
  CONCAT(CAST(ended.attempts AS STRING), ' failed') AS detail
FROM slots
JOIN ended ON ended.slot_id = slots.slot_id
WHERE ended.good = 0
  -- A poll that failed is followed by others: scraper_failing and zero_rows tell of those.
  AND slots.workflow_name NOT LIKE '%discovery%'
  AND slots.closes_at <= @now
  AND slots.closes_at >= TIMESTAMP_SUB(@now, INTERVAL 24 HOUR)
ORDER BY slots.closes_at, subject
