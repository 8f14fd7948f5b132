-- From file to rows
-- Minutes from the end of a run to the load of its file, by hour of a game day.
{% import "parts.j2" as parts %}
WITH {{ parts.of_day("runs", "gcs_path IS NOT NULL") }},
{{ parts.of_day("loads", "status = 'loaded'") }}
SELECT
  TIMESTAMP_TRUNC(runs.completed_at, HOUR) AS time,
  COUNT(*) AS files,
  ROUND(AVG(TIMESTAMP_DIFF(loads.processed_at, runs.completed_at, MILLISECOND)) / 60000, 1)
    AS average_minutes,
  ROUND(MAX(TIMESTAMP_DIFF(loads.processed_at, runs.completed_at, MILLISECOND)) / 60000, 1)
    AS longest_minutes
FROM runs
JOIN loads ON loads.gcs_path = runs.gcs_path AND loads.gcs_generation = runs.gcs_generation
WHERE runs.completed_at < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 1 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
GROUP BY time
ORDER BY time
