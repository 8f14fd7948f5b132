-- One row a decision: a repeated append counts once. The first row wins: a RUN that nobody took up
-- is decided again under its id, and what was promised is when it was decided first.
SELECT *
FROM `nba_orchestration.workflow_decisions`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY decision_id ORDER BY created_at) = 1
