-- Discovery attempts
-- Each poll of the discovery workflows on a game day: what was decided and what was found.
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
),
decisions AS (
  SELECT *
  FROM `nba_orchestration.workflow_decisions`
  WHERE decision_time >= TIMESTAMP(DATETIME(@game_date, TIME(5, 0, 0)), 'America/New_York')
    AND decision_time < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 2 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
  QUALIFY ROW_NUMBER() OVER (PARTITION BY decision_id ORDER BY created_at) = 1
),
runs AS (
  SELECT *
  FROM `nba_orchestration.scraper_execution_log`
  WHERE triggered_at >= TIMESTAMP(DATETIME(@game_date, TIME(5, 0, 0)), 'America/New_York')
    AND triggered_at < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 2 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
  QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY created_at DESC) = 1
),
polled AS (
  SELECT
    decisions.slot_id,
    CASE
      WHEN COUNTIF(decisions.action = 'RUN') > 0 THEN 'RUN'
      WHEN COUNTIF(decisions.action = 'ABORT') > 0 THEN 'ABORT'
      ELSE 'SKIP'
    END AS action,
    ARRAY_AGG(decisions.reason ORDER BY decisions.decision_time DESC, decisions.decision_id LIMIT 1)
      [OFFSET(0)] AS reason
  FROM decisions
  WHERE decisions.slot_id IS NOT NULL
  GROUP BY decisions.slot_id
),
answers AS (
  SELECT
    decisions.slot_id,
    COUNT(*) AS runs,
    COUNTIF(runs.status = 'success') AS found,
    COUNTIF(runs.status = 'no_data') AS no_data,
    COUNTIF(runs.status = 'failed') AS failed
  FROM runs
  JOIN decisions ON decisions.decision_id = runs.decision_id
  GROUP BY decisions.slot_id
)
SELECT
  plan.expected_run_time,
  plan.workflow_name,
  polled.action,
  COALESCE(answers.runs, 0) AS attempts,
  COALESCE(answers.found, 0) AS found,
  COALESCE(answers.no_data, 0) AS no_data,
  COALESCE(answers.failed, 0) AS failed,
  polled.reason
FROM plan
LEFT JOIN polled ON polled.slot_id = plan.slot_id
LEFT JOIN answers ON answers.slot_id = plan.slot_id
WHERE plan.workflow_name LIKE '%discovery%'
ORDER BY plan.expected_run_time, plan.workflow_name
