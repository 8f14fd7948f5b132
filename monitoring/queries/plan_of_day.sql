-- The plan of a game day
-- Every slot as it stands: locked, added or withdrawn.
{% import "parts.j2" as parts %}
WITH {{ parts.plan_of_day() }}
SELECT expected_run_time, workflow_name, opens_at, closes_at, priority, games_today, change, slot_id
FROM plan
ORDER BY expected_run_time, slot_id
