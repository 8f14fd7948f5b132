-- Files that were healed
-- Files that a cleanup of a game day announced again, and when they were loaded.
{% import "parts.j2" as parts %}
WITH {{ parts.of_day("cleanups", days=1) }},
{{ parts.of_day("loads") }},
announced AS (
  SELECT
    file.gcs_path,
    file.scraper_name,
    MIN(cleanups.cleanup_time) AS first_announced_at,
    COUNT(*) AS announcements
  FROM cleanups
  CROSS JOIN UNNEST(cleanups.missing_files) AS file
  WHERE file.republished
  GROUP BY file.gcs_path, file.scraper_name
)
SELECT
  announced.gcs_path,
  announced.scraper_name,
  announced.first_announced_at,
  announced.announcements,
  MIN(loads.processed_at) AS loaded_at
FROM announced
LEFT JOIN loads ON loads.gcs_path = announced.gcs_path AND loads.status = 'loaded'
GROUP BY 1, 2, 3, 4
ORDER BY announced.first_announced_at, announced.gcs_path
