-- Expected against actual
-- What was promised for a game day and what became of it, one row a slot, in the verdicts of the
-- view v_expected_vs_actual, with the reason of the newest decision.
{% import "parts.j2" as parts %}
WITH {{ parts.plan_of_day() }},
{{ parts.of_day("decisions") }},
{{ parts.of_day("executions") }},
said AS (
  SELECT
    slot_id,
    COUNTIF(action = 'SKIP' AND reason_code IN ('satisfied', 'nothing_to_do')) > 0 AS satisfied,
    COUNTIF(action = 'ABORT') > 0 AS aborted,
    MIN(IF(action = 'RUN', decision_time, NULL)) AS decided_at,
    MIN(IF(action = 'RUN', tick, NULL)) AS run_tick,
    ARRAY_AGG(reason ORDER BY decision_time DESC, decision_id LIMIT 1)[OFFSET(0)] AS last_reason
  FROM decisions
  WHERE slot_id IS NOT NULL
  GROUP BY slot_id
),
waited AS (
  SELECT decisions.slot_id, MAX(decisions.tick) AS tick
  FROM decisions
  LEFT JOIN said ON said.slot_id = decisions.slot_id
  WHERE decisions.reason_code = 'nothing_over'
    AND (said.run_tick IS NULL OR decisions.tick < said.run_tick)
  GROUP BY decisions.slot_id
),
ticks AS (
  SELECT tick, LEAD(tick) OVER (ORDER BY tick) AS next_tick
  FROM (SELECT DISTINCT tick FROM decisions WHERE tick IS NOT NULL) AS each_tick
),
ran AS (
  SELECT
    slot_id,
    MIN(execution_time) AS executed_at,
    COUNT(*) AS attempts,
    ARRAY_AGG(status ORDER BY execution_time DESC, execution_id DESC LIMIT 1)[OFFSET(0)]
      AS last_status
  FROM executions
  WHERE slot_id IS NOT NULL
  GROUP BY slot_id
),
timed AS (
  SELECT
    plan.slot_id,
    GREATEST(
      plan.expected_run_time,
      COALESCE(PARSE_TIMESTAMP('%Y%m%dT%H%M%SZ', ticks.next_tick), plan.expected_run_time)
    ) AS due_at,
    PARSE_TIMESTAMP('%Y%m%dT%H%M%SZ', said.run_tick) AS run_at
  FROM plan
  LEFT JOIN said ON said.slot_id = plan.slot_id
  LEFT JOIN waited ON waited.slot_id = plan.slot_id
  LEFT JOIN ticks ON ticks.tick = waited.tick
)
SELECT
  plan.expected_run_time,
  plan.workflow_name,
  CASE
    WHEN
      IF(
        ran.executed_at <= TIMESTAMP_ADD(timed.run_at, INTERVAL 30 MINUTE),
        timed.run_at,
        ran.executed_at
      ) > TIMESTAMP_ADD(timed.due_at, INTERVAL 30 MINUTE)
      THEN 'LATE'
    WHEN ran.executed_at IS NOT NULL THEN 'ON TIME'
    WHEN said.satisfied THEN 'SATISFIED'
    WHEN plan.change IN ('withdrawn', 'vetoed') THEN 'WITHDRAWN'
    WHEN said.aborted THEN 'ABORTED'
    WHEN plan.closes_at <= @now THEN 'MISSING'
    ELSE 'NOT DUE'
  END AS verdict,
  said.decided_at,
  ran.executed_at,
  COALESCE(ran.attempts, 0) AS attempts,
  ran.last_status,
  said.last_reason,
  plan.slot_id
FROM plan
LEFT JOIN said ON said.slot_id = plan.slot_id
LEFT JOIN ran ON ran.slot_id = plan.slot_id
LEFT JOIN timed ON timed.slot_id = plan.slot_id
ORDER BY plan.expected_run_time, plan.slot_id
