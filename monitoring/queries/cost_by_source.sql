-- Cost by source
-- Requests and credits of the last game days, by source: the first part of its files' paths
-- (the scraper's name where it never wrote one).
{% import "parts.j2" as parts %}
WITH {{ parts.of_days("runs") }},
{{ parts.sources() }},
named AS (
  SELECT
    COALESCE(sources.source, runs.scraper_name) AS source,
    runs.run_id,
    runs.completed_at,
    runs.requests,
    runs.retry_count,
    runs.credits,
    runs.credits_left,
    runs.duration_seconds
  FROM runs
  LEFT JOIN sources ON sources.scraper_name = runs.scraper_name
),
credits_now AS (
  SELECT source, credits_left
  FROM named
  WHERE credits_left IS NOT NULL
  QUALIFY ROW_NUMBER() OVER (PARTITION BY source ORDER BY completed_at DESC, run_id DESC) = 1
)
SELECT
  named.source,
  COUNT(*) AS runs,
  COALESCE(SUM(named.requests), 0) AS requests,
  COALESCE(SUM(named.retry_count), 0) AS retries,
  SUM(named.credits) AS credits,
  MAX(credits_now.credits_left) AS credits_left,
  ROUND(SUM(named.duration_seconds), 1) AS seconds
FROM named
LEFT JOIN credits_now ON credits_now.source = named.source
GROUP BY named.source
ORDER BY requests DESC, source
