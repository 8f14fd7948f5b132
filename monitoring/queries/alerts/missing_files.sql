-- missing_files
-- WARNING from 6 files, CRITICAL from 11: written, and never loaded.
{% import "parts.j2" as parts %}
WITH {{ parts.newest_cleanup() }}
SELECT
  'files' AS subject,
  MIN(file.triggered_at) AS since,
  CONCAT(CAST(COUNT(*) AS STRING), ' files') AS detail
FROM newest
CROSS JOIN UNNEST(newest.missing_files) AS file
-- Found by two cleanups: announcing it again did not help.
WHERE file.age_minutes >= 45
HAVING COUNT(*) > 5
