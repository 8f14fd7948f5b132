-- The files that the newest cleanup found without a load, most urgent first when ordered by age.
SELECT
  newest.cleanup_time,
  file.scraper_name,
  file.gcs_path,
  file.triggered_at,
  file.age_minutes,
  file.republished,
  CASE
    WHEN file.age_minutes > 240 THEN 'CRITICAL'
    WHEN file.age_minutes > 120 THEN 'WARNING'
    ELSE 'RECENT'
  END AS urgency
FROM (
  SELECT cleanup_time, missing_files
  FROM `nba_orchestration.v_cleanups`
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (ORDER BY cleanup_time DESC, created_at DESC) = 1
) AS newest
CROSS JOIN UNNEST(newest.missing_files) AS file
