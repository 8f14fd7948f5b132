-- One row a cleanup: a repeated append of the same cleanup counts once, the newest row wins.
SELECT *
FROM `nba_orchestration.cleanup_operations`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY cleanup_id ORDER BY created_at DESC) = 1
