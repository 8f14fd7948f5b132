-- One row a execution: a repeated append of the same execution counts once, the newest row wins.
SELECT *
FROM `nba_orchestration.workflow_executions`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY execution_id ORDER BY created_at DESC) = 1
