-- dataset_incomplete
-- WARNING: the books of a day with games, of the last three, are closed, and something is missing.
{% import "parts.j2" as parts %}
WITH {{ parts.playing() }},
books AS (
  SELECT date, dataset, expected, obtained, missing, closed_at
  FROM `nba_orchestration.daily_completeness`
  WHERE date >= DATE_SUB(DATE(@now, 'America/New_York'), INTERVAL 3 DAY)
    AND date <= DATE(@now, 'America/New_York')
  QUALIFY ROW_NUMBER() OVER (PARTITION BY date, dataset ORDER BY created_at DESC) = 1
)
SELECT
  CONCAT(CAST(books.date AS STRING), ' ', books.dataset) AS subject,
  books.closed_at AS since,
  CONCAT(CAST(books.obtained AS STRING), ' of ', CAST(books.expected AS STRING)) AS detail
FROM books
JOIN playing ON playing.date = books.date
WHERE books.missing > 0 AND books.closed_at IS NOT NULL
ORDER BY subject
