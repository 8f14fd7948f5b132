-- repair_blind
-- WARNING: the two newest cleanups could not read the loads.
{% import "parts.j2" as parts %}
WITH {{ parts.newest_cleanup("ARRAY_LENGTH(errors) AS errors", "<= 2") }}
SELECT 'cleanup' AS subject, MIN(cleanup_time) AS since, 'the loads cannot be read' AS detail
FROM newest
HAVING COUNTIF(errors > 0) = 2
