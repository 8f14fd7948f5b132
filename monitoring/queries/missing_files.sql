-- Files that are missing now
-- What the newest cleanup of the last 24 hours found without a load, oldest first.
{% import "parts.j2" as parts %}
WITH {{ parts.newest_cleanup() }}
SELECT
  file.gcs_path,
  file.scraper_name,
  file.age_minutes,
  CASE
    WHEN file.age_minutes > 240 THEN 'CRITICAL'
    WHEN file.age_minutes > 120 THEN 'WARNING'
    ELSE 'RECENT'
  END AS urgency,
  file.republished,
  file.triggered_at,
  newest.cleanup_time
FROM newest
CROSS JOIN UNNEST(newest.missing_files) AS file
ORDER BY file.age_minutes DESC, file.gcs_path
