-- One row a decision: a repeated append of the same decision counts once.
SELECT *
FROM `nba_orchestration.workflow_decisions`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY decision_id ORDER BY created_at DESC) = 1
