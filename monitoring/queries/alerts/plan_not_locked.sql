-- plan_not_locked
-- CRITICAL: no plan for today by 05:30 ET.
SELECT
  CAST(days.day AS STRING) AS subject,
  TIMESTAMP(DATETIME(days.day, TIME(5, 0, 0)), 'America/New_York') AS since,
  'not locked' AS detail
FROM (SELECT DATE(DATETIME_SUB(DATETIME(@now, 'America/New_York'), INTERVAL 5 HOUR)) AS day) AS days
LEFT JOIN (
  SELECT DISTINCT date
  FROM `nba_orchestration.daily_expected_schedule`
  WHERE date >= DATE_SUB(DATE(@now, 'America/New_York'), INTERVAL 1 DAY)
    AND date <= DATE(@now, 'America/New_York')
) AS locked ON locked.date = days.day
WHERE locked.date IS NULL
  AND @now >= TIMESTAMP(DATETIME(days.day, TIME(5, 30, 0)), 'America/New_York')
ORDER BY subject
