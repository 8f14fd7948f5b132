-- Discovery attempts
-- Each poll of the discovery workflows on a game day: what was decided and what was found.
{% import "parts.j2" as parts %}
WITH {{ parts.plan_of_day() }},
{{ parts.of_day("decisions") }},
{{ parts.of_day("runs") }},
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
