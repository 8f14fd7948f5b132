-- Self-healing
-- What the cleanups of the last game days found and announced again, by day.
{% import "parts.j2" as parts %}
WITH {{ parts.of_days("cleanups") }}
SELECT
  DATE(DATETIME_SUB(DATETIME(cleanup_time, 'America/New_York'), INTERVAL 5 HOUR)) AS day,
  COUNT(*) AS cleanups,
  SUM(republished_count) AS announced_again,
  MAX(missing_files_found) AS most_missing,
  COUNTIF(missing_files_found > 0) AS cleanups_with_missing,
  COUNTIF(ARRAY_LENGTH(errors) > 0) AS cleanups_with_errors,
  MAX(cleanup_time) AS last_at
FROM cleanups
GROUP BY day
ORDER BY day
