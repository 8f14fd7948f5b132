-- From decision to execution to run to file to load: one row a run, also where the chain broke.
SELECT
  decisions.decision_id,
  decisions.decision_time,
  COALESCE(decisions.workflow_name, executions.workflow_name, runs.workflow) AS workflow_name,
  decisions.slot_id,
  decisions.reason,
  executions.execution_id,
  executions.execution_time,
  executions.status AS execution_status,
  runs.run_id,
  runs.scraper_name,
  runs.target,
  runs.target_date,
  runs.status AS run_status,
  runs.complete,
  runs.record_count,
  runs.triggered_at,
  runs.completed_at,
  runs.error_type,
  runs.gcs_path,
  runs.gcs_generation,
  loads.processing_id,
  loads.table_name,
  loads.status AS load_status,
  loads.rows_loaded,
  loads.processed_at
FROM (
  SELECT decision_id, decision_time, workflow_name, slot_id, reason
  FROM `nba_orchestration.v_decisions`
  WHERE action = 'RUN'
) AS decisions
FULL OUTER JOIN `nba_orchestration.v_executions` AS executions
  ON executions.decision_id = decisions.decision_id
FULL OUTER JOIN `nba_orchestration.v_runs` AS runs
  ON runs.workflow_execution_id = executions.execution_id
LEFT JOIN `nba_orchestration.v_loads` AS loads
  ON loads.gcs_path = runs.gcs_path AND loads.gcs_generation = runs.gcs_generation
