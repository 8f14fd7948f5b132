-- From file to rows
-- Minutes from the end of a run to the load of its file, by hour of a game day.
{% import "parts.j2" as parts %}
WITH {{ parts.of_day("runs", "gcs_path IS NOT NULL") }},
{{ parts.of_day("loads", "status = 'loaded'") }},
-- A file that two runs of one tick share was there with the first of them.
written AS (
  SELECT gcs_path, gcs_generation, MIN(completed_at) AS completed_at
  FROM runs
  GROUP BY gcs_path, gcs_generation
)
SELECT
  TIMESTAMP_TRUNC(written.completed_at, HOUR) AS time,
  COUNT(*) AS files,
  ROUND(AVG(TIMESTAMP_DIFF(loads.processed_at, written.completed_at, MILLISECOND)) / 60000, 1)
    AS average_minutes,
  ROUND(MAX(TIMESTAMP_DIFF(loads.processed_at, written.completed_at, MILLISECOND)) / 60000, 1)
    AS longest_minutes
FROM written
JOIN loads ON loads.gcs_path = written.gcs_path AND loads.gcs_generation = written.gcs_generation
WHERE written.completed_at < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 1 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
GROUP BY time
ORDER BY time
