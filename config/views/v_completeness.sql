-- The newest state of the books: one row a game day and dataset.
SELECT *
FROM `nba_orchestration.daily_completeness`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY date, dataset ORDER BY created_at DESC) = 1
