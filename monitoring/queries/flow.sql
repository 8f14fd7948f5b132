-- From decision to rows
-- A game day by workflow: what was decided, executed, run, written, loaded, and how many rows came.
-- Where a number falls, something was lost.
{% import "parts.j2" as parts %}
WITH {{ parts.of_day("decisions", "action = 'RUN'") }},
{{ parts.of_day("executions") }},
{{ parts.of_day("runs") }},
{{ parts.of_day("loads") }},
arrived AS (
  SELECT gcs_path, gcs_generation, MAX(rows_loaded) AS rows_loaded
  FROM loads
  WHERE status = 'loaded'
  GROUP BY gcs_path, gcs_generation
),
decided AS (
  SELECT workflow_name, COUNT(*) AS decided
  FROM decisions
  WHERE target_date = @game_date
  GROUP BY workflow_name
),
executed AS (
  SELECT workflow_name, COUNT(*) AS executed
  FROM executions
  WHERE target_date = @game_date
  GROUP BY workflow_name
),
ran AS (
  SELECT
    runs.workflow AS workflow_name,
    COUNT(*) AS runs,
    COUNTIF(runs.status = 'failed') AS failed,
    COUNT(DISTINCT runs.gcs_path) AS files,
    COUNT(DISTINCT arrived.gcs_path) AS loaded,
    COALESCE(SUM(arrived.rows_loaded), 0) AS rows_loaded
  FROM runs
  LEFT JOIN arrived
    ON arrived.gcs_path = runs.gcs_path AND arrived.gcs_generation = runs.gcs_generation
  WHERE runs.target_date = @game_date
  GROUP BY runs.workflow
)
SELECT
  decided.workflow_name,
  decided.decided,
  COALESCE(executed.executed, 0) AS executed,
  COALESCE(ran.runs, 0) AS runs,
  COALESCE(ran.failed, 0) AS failed,
  COALESCE(ran.files, 0) AS files,
  COALESCE(ran.loaded, 0) AS loaded,
  COALESCE(ran.rows_loaded, 0) AS rows_loaded
FROM decided
LEFT JOIN executed ON executed.workflow_name = decided.workflow_name
LEFT JOIN ran ON ran.workflow_name = decided.workflow_name
ORDER BY decided.workflow_name
