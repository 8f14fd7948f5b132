"""Guards of plans: game days, windows, and what a revision may change."""

from __future__ import annotations

from tests.mutants.guard import guard

DAYS = "shared/core/days.py"
SLOTS = "shared/core/slots.py"
PLAN = "shared/core/plan.py"
TEST_DAYS = "tests/core/test_days.py"
TEST_SLOTS = "tests/core/test_slots.py"
REAL_DAYS = "tests/core/test_slots_of_real_days.py"
REVISE = "tests/core/test_revise.py"
FEED = "shared/core/schedule_guard.py"
TEST_FEED = "tests/core/test_schedule_guard.py"

GUARDS = (
    guard(
        "a game belongs to the ET date of its tip",
        DAYS,
        "    return tip.astimezone(ET).date()",
        "    return tip.date()",
        "three games of four would lie on the date after",
        f"{TEST_DAYS}::test_a_tip_belongs_to_its_own_et_date",
    ),
    guard(
        "a game day ends at 05:00 ET",
        DAYS,
        ".replace(tzinfo=None) - ROLLOVER).date()",
        ".replace(tzinfo=None)).date()",
        "at 01:30 last night's games would be forgotten",
        f"{TEST_DAYS}::test_an_instant_belongs_to_the_night_it_is_in_until_0500_et",
    ),
    guard(
        "a time before 05:00 belongs to the night",
        DAYS,
        "wall(day + timedelta(days=1) if after_midnight else day, at)",
        "wall(day, at)",
        "the windows after midnight would lie a day too early",
        f"{TEST_DAYS}::test_a_time_before_0500_belongs_to_the_night_that_ends_the_day",
    ),
    guard(
        "a time that the spring switch leaves out is its end",
        DAYS,
        "    return instant.replace(minute=0, second=0, microsecond=0)",
        "    return instant",
        "one day a year a window would lie elsewhere",
        f"{TEST_DAYS}::test_wall_time_is_one_instant_also_where_the_clock_jumps",
    ),
    guard(
        "a naive instant is refused",
        DAYS,
        "    if instant.tzinfo is None:",
        "    if False:",
        "local time would be taken for UTC",
        f"{TEST_DAYS}::test_a_naive_instant_is_refused_at_the_door",
    ),
    guard(
        "a slot's data is of its game day",
        SLOTS,
        "            target_date=day,",
        "            target_date=window.expected.date(),",
        "the windows after midnight would ask for tomorrow",
        f"{REAL_DAYS}::test_the_windows_after_midnight_belong_to_the_day_that_is_ending",
        TEST_SLOTS,
    ),
    guard(
        "a game whose time is to be set anchors nothing",
        SLOTS,
        "    tips = sorted(game.tip for game in games if game.tip_known)",
        "    tips = sorted(game.tip for game in games)",
        "odds would be asked for before a midnight that is none",
        "tests/mutants/test_decisions.py::test_a_game_whose_time_is_to_be_set_moves_no_window_of_the_day",
    ),
    guard(
        "business hours bound the grid",
        SLOTS,
        "if trigger.business_start <= at.astimezone(ET).time() <= trigger.business_end:",
        "if True:",
        "odds would be paid for in the night",
        f"{TEST_SLOTS}::test_every_trigger_kind",
        REAL_DAYS,
    ),
    guard(
        "the next wall time is later",
        SLOTS,
        "    return candidate if candidate > after else",
        "    return candidate if candidate >= after else",
        "a window could end where it begins",
        f"{TEST_SLOTS}::test_the_next_wall_time_is_always_later",
    ),
    guard(
        "equal games and configuration make no revision",
        PLAN,
        "    if same_games and same_config:\n        return None",
        "    if False:\n        return None",
        "every tick would write a revision",
        f"{REVISE}::test_the_same_games_and_configuration_need_no_revision",
    ),
    guard(
        "what ran is not withdrawn",
        PLAN,
        "        if slot.slot_id in ran:",
        "        if False:",
        "a run would stand there that no plan ever promised",
        REVISE,
    ),
    guard(
        "what is closed is not withdrawn",
        PLAN,
        "        elif slot.closes_at <= now:",
        "        elif False:",
        "a missed slot would vanish from the plan",
        REVISE,
    ),
    guard(
        "a revision adds nothing that is closed",
        PLAN,
        "    return slot.closes_at > now and (not edited",
        "    return (not edited",
        "a moved tip would add slots that can only be missed",
        REVISE,
    ),
    guard(
        "an edit adds nothing whose time has come",
        PLAN,
        "(not edited or slot.expected_run_time > now)",
        "(True)",
        "an edit of the configuration would re-fire the past",
        REVISE,
    ),
    guard(
        "an edit moves no end into the past or out of it",
        PLAN,
        "if key in ran or _is_past(old[key], fresh[key], now) else",
        "if key in ran else",
        "a closed slot could open again, an open one end unseen",
        REVISE,
    ),
    guard(
        "a kept slot's new end is told",
        PLAN,
        " + kept + [_rewound(slot, why) for slot in changed]",
        " + kept",
        "lock and deltas would not give the plan in force",
        REVISE,
        "tests/chaos/test_seeds.py::test_a_seed_that_found_a_fault_finds_it_no_more[14-day0]",
    ),
    guard(
        "no schedule is not a day without games",
        "shared/planning.py",
        "    if schedule is None:\n        return plan",
        "    if schedule is None:\n        schedule = Schedule(name='', fetched_at=world.clock.now(), "
        "calendar=Calendar.of([]))",
        "a state bucket without schedules would withdraw the day",
        "tests/mutants/test_functions.py::test_without_a_schedule_no_plan_is_revised",
    ),
    guard(
        "an empty feed replaces nothing",
        FEED,
        "    if not new.games:",
        "    if False:",
        "an empty answer would be a season without games",
        TEST_FEED,
    ),
    guard(
        "last season's feed replaces nothing",
        FEED,
        "    if in_season and season < current and over < today:",
        "    if False:",
        "an old season would look like days without games",
        TEST_FEED,
    ),
    guard(
        "a torn feed replaces nothing",
        FEED,
        "    if len(new) < KEPT_SHARE * len(old) and len(old) - len(new) > SPARE:",
        "    if False:",
        "half a feed would be half a season",
        TEST_FEED,
    ),
    guard(
        "a feed that moves most games replaces nothing",
        FEED,
        "    if len(both) >= MOVED_MIN and 2 * len(moved) > len(both):",
        "    if False:",
        "a feed with wrong times would move every window",
        TEST_FEED,
    ),
    guard(
        "what is fetched is looked at before it is adopted",
        "shared/planning.py",
        '    if origin != "import":',
        "    if False:",
        "the rules above would not be asked",
        "tests/functions/test_scraper_schedule.py::test_a_schedule_that_must_not_be_believed_changes_nothing",
    ),
)
