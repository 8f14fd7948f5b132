-- The chain of every run
-- From decision to execution to run to file to load, for the runs of a game day.
{% import "parts.j2" as parts %}
WITH {{ parts.of_day("decisions", "action = 'RUN'") }},
{{ parts.of_day("executions") }},
{{ parts.of_day("runs") }},
{{ parts.of_day("loads") }}
SELECT
  runs.triggered_at,
  runs.workflow,
  runs.scraper_name,
  runs.target,
  runs.status,
  runs.record_count,
  loads.status AS load_status,
  loads.rows_loaded,
  decisions.decision_id,
  executions.execution_id,
  runs.run_id,
  runs.gcs_path
FROM runs
LEFT JOIN executions ON executions.execution_id = runs.workflow_execution_id
LEFT JOIN decisions ON decisions.decision_id = executions.decision_id
LEFT JOIN loads ON loads.gcs_path = runs.gcs_path AND loads.gcs_generation = runs.gcs_generation
WHERE runs.target_date = @game_date
ORDER BY runs.triggered_at, runs.run_id
