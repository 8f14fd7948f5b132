-- Each target from its newest complete file; {table} is a table of nba_raw.
-- The log says what a file is about: a scraper service lays its files where it likes. The file
-- whose run began last wins, whenever it was loaded: a file announced again is no news. Of runs of
-- the same instant final.json wins, then the later name.
WITH complete_files AS (
  SELECT
    gcs_path,
    gcs_generation,
    MIN(scraper_name) AS scraper_name,
    MIN(target) AS target,
    MIN(triggered_at) AS triggered_at
  FROM `nba_orchestration.scraper_execution_log`
  WHERE complete
  GROUP BY gcs_path, gcs_generation
),
files AS (
  SELECT
    raw.game_date,
    complete_files.scraper_name,
    complete_files.target,
    raw.gcs_path,
    raw.gcs_generation,
    MAX(complete_files.triggered_at) AS triggered_at
  FROM `nba_raw.{table}` AS raw
  JOIN complete_files
    ON complete_files.gcs_path = raw.gcs_path
    AND complete_files.gcs_generation = raw.gcs_generation
  GROUP BY 1, 2, 3, 4, 5
),
newest AS (
  SELECT gcs_path, gcs_generation, game_date
  FROM files
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY game_date, scraper_name, target
    ORDER BY triggered_at DESC, ENDS_WITH(gcs_path, '/final.json') DESC, gcs_path DESC,
      gcs_generation DESC
  ) = 1
)
SELECT raw.*
FROM `nba_raw.{table}` AS raw
JOIN newest
  ON newest.gcs_path = raw.gcs_path
  AND newest.gcs_generation = raw.gcs_generation
  AND newest.game_date = raw.game_date
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (
  -- By game_date too, which the file decides: so a filter on it reads only those partitions.
  PARTITION BY raw.game_date, raw.gcs_path, raw.gcs_generation, raw.record_index
  ORDER BY raw.loaded_at DESC
) = 1
