-- What was promised and what happened, one row a slot.
-- verdict: ON TIME, LATE (ran more than 30 minutes after it was due), SATISFIED, ABORTED,
-- WITHDRAWN, NOT DUE (may still run), MISSING (no row explains it).
-- A slot is due at expected_run_time, or at the tick after its last nothing_over where that is
-- later. It ran at the tick of its first RUN; where it has none (by hand), or the execution began
-- more than 30 minutes after it (nobody took the RUN up), when its first execution began.
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
),
-- Every tick that decided anything, and the one after it.
ticks AS (
  SELECT tick, LEAD(tick) OVER (ORDER BY tick) AS next_tick
  FROM (SELECT DISTINCT tick FROM `nba_orchestration.v_decisions` WHERE tick IS NOT NULL)
),
first_run AS (
  SELECT slot_id, MIN(tick) AS tick
  FROM `nba_orchestration.v_decisions`
  WHERE slot_id IS NOT NULL AND action = 'RUN'
  GROUP BY slot_id
),
waited AS (
  SELECT decisions.slot_id, MAX(decisions.tick) AS tick
  FROM `nba_orchestration.v_decisions` AS decisions
  LEFT JOIN first_run ON first_run.slot_id = decisions.slot_id
  WHERE decisions.slot_id IS NOT NULL
    AND decisions.reason_code = 'nothing_over'
    AND (first_run.tick IS NULL OR decisions.tick < first_run.tick)
  GROUP BY decisions.slot_id
),
timed AS (
  SELECT
    plan.slot_id,
    GREATEST(
      plan.expected_run_time,
      COALESCE(PARSE_TIMESTAMP('%Y%m%dT%H%M%SZ', ticks.next_tick), plan.expected_run_time)
    ) AS due_at,
    PARSE_TIMESTAMP('%Y%m%dT%H%M%SZ', first_run.tick) AS run_at
  FROM `nba_orchestration.v_plan` AS plan
  LEFT JOIN first_run ON first_run.slot_id = plan.slot_id
  LEFT JOIN waited ON waited.slot_id = plan.slot_id
  LEFT JOIN ticks ON ticks.tick = waited.tick
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
    WHEN
      IF(
        executed.executed_at <= TIMESTAMP_ADD(timed.run_at, INTERVAL 30 MINUTE),
        timed.run_at,
        executed.executed_at
      ) > TIMESTAMP_ADD(timed.due_at, INTERVAL 30 MINUTE)
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
LEFT JOIN timed ON timed.slot_id = plan.slot_id
