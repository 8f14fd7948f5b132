-- When days were locked
-- The lock of each of the last game days: when, by whom, how many slots and games.
WITH slots AS (
  SELECT date, slot_id, locked_at, generated_by, games_today
  FROM `nba_orchestration.daily_expected_schedule`
  WHERE date > DATE_SUB(@game_date, INTERVAL @days DAY)
    AND date <= @game_date
  QUALIFY ROW_NUMBER() OVER (PARTITION BY slot_id ORDER BY created_at DESC) = 1
)
SELECT
  date,
  MIN(locked_at) AS locked_at,
  MAX(generated_by) AS generated_by,
  COUNT(*) AS slots,
  MAX(games_today) AS games
FROM slots
GROUP BY date
ORDER BY date
