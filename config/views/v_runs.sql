-- One row a run: a repeated append of the same run counts once, the newest row wins.
SELECT *
FROM `nba_orchestration.scraper_execution_log`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY created_at DESC) = 1
