-- Decisions by hour
-- RUN, SKIP and ABORT of a game day, by hour. An hour without a row is silence.
{% import "parts.j2" as parts %}
WITH {{ parts.of_day("decisions", days=1) }}
SELECT
  TIMESTAMP_TRUNC(decision_time, HOUR) AS time,
  COUNTIF(action = 'RUN') AS run,
  COUNTIF(action = 'SKIP') AS skip,
  COUNTIF(action = 'ABORT') AS abort
FROM decisions
GROUP BY time
ORDER BY time
