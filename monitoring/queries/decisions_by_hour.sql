-- Decisions by hour
-- RUN, SKIP and ABORT of a game day, by hour. An hour without a row is silence.
WITH decisions AS (
  SELECT *
  FROM `nba_orchestration.workflow_decisions`
  WHERE decision_time >= TIMESTAMP(DATETIME(@game_date, TIME(5, 0, 0)), 'America/New_York')
    AND decision_time < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 1 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
  QUALIFY ROW_NUMBER() OVER (PARTITION BY decision_id ORDER BY created_at) = 1
)
SELECT
  TIMESTAMP_TRUNC(decision_time, HOUR) AS time,
  COUNTIF(action = 'RUN') AS run,
  COUNTIF(action = 'SKIP') AS skip,
  COUNTIF(action = 'ABORT') AS abort
FROM decisions
GROUP BY time
ORDER BY time
