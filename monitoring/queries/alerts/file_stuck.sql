-- file_stuck
-- WARNING: a file is older than four hours and was never loaded.
{% import "parts.j2" as parts %}
WITH {{ parts.newest_cleanup() }}
SELECT file.gcs_path AS subject, file.triggered_at AS since, 'not loaded' AS detail
FROM newest
CROSS JOIN UNNEST(newest.missing_files) AS file
WHERE file.age_minutes > 240
ORDER BY file.triggered_at, subject
