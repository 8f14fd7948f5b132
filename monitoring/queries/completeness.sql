-- Completeness
-- The newest state of the books of the last game days, what is missing first.
WITH books AS (
  SELECT date, dataset, expected, obtained, waived, missing, complete, last_obtained_at, closed_at
  FROM `nba_orchestration.daily_completeness`
  WHERE date > DATE_SUB(@game_date, INTERVAL @days DAY)
    AND date <= @game_date
  QUALIFY ROW_NUMBER() OVER (PARTITION BY date, dataset ORDER BY created_at DESC) = 1
)
SELECT date, dataset, expected, obtained, waived, missing, complete, last_obtained_at, closed_at
FROM books
ORDER BY missing DESC, date DESC, dataset
