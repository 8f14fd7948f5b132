-- Each scraper's runs of today, by the ET date on which they began.
SELECT
  scraper_name,
  COUNT(*) AS runs,
  COUNTIF(status = 'success') AS succeeded,
  COUNTIF(status = 'no_data') AS no_data,
  COUNTIF(status = 'failed') AS failed,
  ROUND(100 * SAFE_DIVIDE(COUNTIF(status IN ('success', 'no_data')), COUNT(*)), 1)
    AS success_percent,
  IFNULL(SUM(record_count), 0) AS records,
  ROUND(AVG(duration_seconds), 2) AS average_seconds,
  MAX(triggered_at) AS last_run_at,
  ARRAY_AGG(status ORDER BY triggered_at DESC LIMIT 1)[OFFSET(0)] AS last_status,
  ARRAY_AGG(error_message IGNORE NULLS ORDER BY triggered_at DESC LIMIT 1)[SAFE_OFFSET(0)]
    AS last_error
FROM `nba_orchestration.v_runs`
WHERE DATE(triggered_at, 'America/New_York') = CURRENT_DATE('America/New_York')
GROUP BY scraper_name
