-- What was promised and what happened, one row a slot.
-- verdict: ON TIME, LATE (first execution more than 30 minutes after expected_run_time),
-- SATISFIED, ABORTED, WITHDRAWN, NOT DUE (may still run), MISSING (no row explains it).
WITH executed AS (
  SELECT
    slot_id,
    MIN(execution_time) AS executed_at,
    ARRAY_AGG(status ORDER BY execution_time DESC, created_at DESC LIMIT 1)[OFFSET(0)]
      AS execution_status
  FROM `nba_orchestration.v_executions`
  WHERE slot_id IS NOT NULL
  GROUP BY slot_id
),
-- The decision that explains the slot: its first RUN, else that it needs none, else its ABORT,
-- else the newest SKIP.
decided AS (
  SELECT slot_id, decision_time AS decided_at, action, reason_code
  FROM `nba_orchestration.v_decisions`
  WHERE slot_id IS NOT NULL
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY slot_id
    ORDER BY
      CASE
        WHEN action = 'RUN' THEN 1
        WHEN action = 'SKIP' AND reason_code IN ('satisfied', 'nothing_to_do') THEN 2
        WHEN action = 'ABORT' THEN 3
        ELSE 4
      END,
      IF(action = 'RUN', decision_time, NULL),
      decision_time DESC
  ) = 1
),
-- An ABORT or SATISFIED may follow a RUN that never became an execution.
explained AS (
  SELECT
    slot_id,
    COUNTIF(action = 'SKIP' AND reason_code IN ('satisfied', 'nothing_to_do')) > 0 AS satisfied,
    COUNTIF(action = 'ABORT') > 0 AS aborted
  FROM `nba_orchestration.v_decisions`
  WHERE slot_id IS NOT NULL
  GROUP BY slot_id
)
SELECT
  plan.date,
  plan.workflow_name,
  plan.slot_id,
  plan.expected_run_time,
  plan.opens_at,
  plan.closes_at,
  decided.decided_at,
  executed.executed_at,
  decided.action,
  decided.reason_code,
  executed.execution_status,
  CASE
    WHEN executed.executed_at > TIMESTAMP_ADD(plan.expected_run_time, INTERVAL 30 MINUTE)
      THEN 'LATE'
    WHEN executed.executed_at IS NOT NULL THEN 'ON TIME'
    WHEN explained.satisfied THEN 'SATISFIED'
    WHEN plan.withdrawn THEN 'WITHDRAWN'
    WHEN explained.aborted THEN 'ABORTED'
    WHEN plan.closes_at <= CURRENT_TIMESTAMP() THEN 'MISSING'
    ELSE 'NOT DUE'
  END AS verdict
FROM `nba_orchestration.v_plan` AS plan
LEFT JOIN executed ON executed.slot_id = plan.slot_id
LEFT JOIN decided ON decided.slot_id = plan.slot_id
LEFT JOIN explained ON explained.slot_id = plan.slot_id
