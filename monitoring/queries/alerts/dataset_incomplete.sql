-- dataset_incomplete
-- WARNING: the books of a day of the last three are closed, and something is missing.
WITH books AS (
  SELECT date, dataset, expected, obtained, missing, closed_at
  FROM `nba_orchestration.daily_completeness`
  WHERE date >= DATE_SUB(DATE(@now, 'America/New_York'), INTERVAL 3 DAY)
    AND date <= DATE(@now, 'America/New_York')
  QUALIFY ROW_NUMBER() OVER (PARTITION BY date, dataset ORDER BY created_at DESC) = 1
)
SELECT
  CONCAT(CAST(date AS STRING), ' ', dataset) AS subject,
  closed_at AS since,
  CONCAT(CAST(obtained AS STRING), ' of ', CAST(expected AS STRING)) AS detail
FROM books
WHERE missing > 0 AND closed_at IS NOT NULL
ORDER BY subject
