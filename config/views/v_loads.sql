-- One row a load: a repeated append of the same load counts once, the newest row wins.
SELECT *
FROM `nba_orchestration.file_processing_log`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY processing_id ORDER BY created_at DESC) = 1
