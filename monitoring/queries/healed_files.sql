-- Files that were healed
-- Files of a game day that a cleanup announced again, and when they were loaded.
WITH cleanups AS (
  SELECT *
  FROM `nba_orchestration.cleanup_operations`
  WHERE cleanup_time >= TIMESTAMP(DATETIME(@game_date, TIME(5, 0, 0)), 'America/New_York')
    AND cleanup_time < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 2 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
  QUALIFY ROW_NUMBER() OVER (PARTITION BY cleanup_id ORDER BY created_at DESC) = 1
),
loads AS (
  SELECT *
  FROM `nba_orchestration.file_processing_log`
  WHERE processed_at >= TIMESTAMP(DATETIME(@game_date, TIME(5, 0, 0)), 'America/New_York')
    AND processed_at < TIMESTAMP(
      DATETIME(DATE_ADD(@game_date, INTERVAL 2 DAY), TIME(5, 0, 0)), 'America/New_York'
    )
  QUALIFY ROW_NUMBER() OVER (PARTITION BY processing_id ORDER BY created_at DESC) = 1
),
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
