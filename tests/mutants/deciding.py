"""Guards of decisions: windows, attempts, what is under way, satisfied, needed or missing."""

from __future__ import annotations

from tests.mutants.guard import guard

DECIDE = "shared/core/decide.py"
MOMENT = "shared/core/moment.py"
WANTED = "shared/core/wanted.py"
TEST = "tests/core/test_decide.py"
DAYS = "tests/core/test_decide_days.py"
CONTROLLER = "functions/controller/main.py"
TEST_CONTROLLER = "tests/functions/test_controller.py"

GUARDS = (
    guard(
        "the clock lies inside the window too",
        MOMENT,
        "self.tick < slot.closes_at and self.now < slot.closes_at",
        "self.tick < slot.closes_at",
        "a tick that was handled late would run what is of no use any more",
        TEST,
    ),
    guard(
        "a window excludes its end",
        MOMENT,
        "self.tick < slot.closes_at and self.now < slot.closes_at",
        "self.tick <= slot.closes_at and self.now <= slot.closes_at",
        "a slot would be run at the instant of its ABORT",
        TEST,
        DAYS,
    ),
    guard(
        "a window begins with its opening",
        MOMENT,
        """        return slot.opens_at <= self.tick < slot.closes_at or self.closes_now(slot)

    def is_open(self, slot: Slot) -> bool:
        \"\"\"Whether tick and clock both lie inside [opens_at, closes_at).\"\"\"
        return slot.opens_at <= self.tick < slot.closes_at and self.now < slot.closes_at""",
        """        return self.tick < slot.closes_at or self.closes_now(slot)

    def is_open(self, slot: Slot) -> bool:
        \"\"\"Whether tick and clock both lie inside [opens_at, closes_at).\"\"\"
        return self.tick < slot.closes_at and self.now < slot.closes_at""",
        "everything would be run at 05:00",
        TEST,
    ),
    guard(
        "a slot's end is told once",
        MOMENT,
        "        return ended and (self.previous is None or self.previous < slot.closes_at)",
        "        return ended",
        "every tick of the day would tell it again",
        f"{TEST_CONTROLLER}::test_after_a_silence_every_missed_slot_is_aborted_once",
        TEST,
    ),
    guard(
        "a slot's end is told",
        DECIDE,
        "    if moment.closes_now(slot):",
        "    if False:",
        "a missed slot would leave no word",
        TEST,
    ),
    guard(
        "attempts are bounded",
        WANTED,
        "    if len(attempts) >= workflow.attempts:",
        "    if False:",
        "a source that never has the data would be asked every hour",
        TEST,
    ),
    guard(
        "a slot under way is not run again",
        DECIDE,
        "    if attempts and attempts[-1].status is None:",
        "    if False:",
        "an execution of over an hour would be run beside itself",
        TEST,
    ),
    guard(
        "games under way are not asked for by others",
        WANTED,
        "        if attempt.status is None and attempt.workflow in config.workflows:",
        "        if False:",
        "two windows would ask for one game at once",
        "tests/mutants/test_decisions.py::test_a_game_that_is_under_way_is_not_asked_for_by_another_window",
    ),
    guard(
        "games that this tick asks for are not asked for twice",
        DECIDE,
        "        if decision.action is Action.RUN:",
        "        if False:",
        "two windows of one tick would ask for one game",
        f"{TEST_CONTROLLER}::test_windows_of_last_night_are_run_for_last_night",
    ),
    guard(
        "the first RUN fixes the games",
        WANTED,
        "            g.game_id for g in games if g.game_id in first.games or "
        "was_over(g, first.created_at)",
        "            g.game_id for g in games if is_over(g, moment.tick)",
        "a retry of an early window would take in the late games",
        TEST,
    ),
    guard(
        "a game is obtained when every dataset has it",
        WANTED,
        "any(i not in got for got in have)",
        "all(i not in got for got in have)",
        "one of two boxes would do",
        f"{TEST}::test_a_game_is_missing_until_every_dataset_has_it",
    ),
    guard(
        "only what is over is asked for",
        WANTED,
        "        ids = [game.game_id for game in games if is_over(game, moment.tick)]",
        "        ids = [game.game_id for game in games]",
        "boxes of games that still go on would be taken",
        f"{TEST}::test_a_clock_slot_asks_for_games_that_are_over_and_missing",
    ),
    guard(
        "a satisfied poll asks nobody",
        WANTED,
        "    if not isinstance(trigger, Discovery) or trigger.refresh:",
        "    if True:",
        "what was found would be polled all day",
        TEST,
    ),
    guard(
        "a poll that came back after its tick is told at its end",
        MOMENT,
        "        return self.previous < max(slot.opens_at, planned + GRACE)",
        "        return self.previous < slot.opens_at",
        "a slot would end without a word",
        TEST,
    ),
    guard(
        "a refreshing poll is never satisfied",
        WANTED,
        "    if not isinstance(trigger, Discovery) or trigger.refresh:",
        "    if not isinstance(trigger, Discovery):",
        "the injury report of 11:00 would be the day's",
        TEST,
        "tests/core/test_decide_days.py",
    ),
    guard(
        "a poll is satisfied by all its scrapers",
        WANTED,
        "if set(workflow.scrapers) <= set(a.obtained)]",
        "if a.obtained]",
        "half of what is looked for would end the looking",
        "tests/mutants/test_decisions.py::test_a_poll_goes_on_until_each_of_its_scrapers_found_something",
    ),
    guard(
        "needs are waited for",
        DECIDE,
        "    if unmet := unmet_needs(workflow, day):",
        "    if unmet := []:",
        "odds would be asked for before the day's events are known",
        f"{TEST}::test_needs_wait_while_the_slot_is_open_and_abort_it_at_its_end",
    ),
    guard(
        "a failed execution meets no need",
        WANTED,
        "any(a.good for a in day.of_workflow(need))",
        "any(True for a in day.of_workflow(need))",
        "what builds on a failed execution would run on nothing",
        TEST,
        "tests/mutants/test_decisions.py::test_a_failed_execution_meets_no_need",
    ),
    guard(
        "a game is over three hours after its tip",
        "shared/core/resolve.py",
        "GAME_LENGTH = timedelta(hours=3)",
        "GAME_LENGTH = timedelta(hours=2)",
        "boxes of the fourth quarter would be taken for final",
        "tests/core/test_resolve.py::test_a_game_is_over_when_the_schedule_says_so_or_after_three_hours",
    ),
    guard(
        "a game without a time is never over by its tip",
        "shared/core/resolve.py",
        "    return game.tip_known and at",
        "    return at",
        "a game to be set would be over at 03:00",
        "tests/core/test_resolve.py",
        "tests/core/test_decide.py",
    ),
    guard(
        "every workflow has a word at every tick",
        DECIDE,
        "        decisions += mine or [_idle(moment, workflow, days)]",
        "        decisions += mine",
        "nobody could tell a quiet tick from a lost one",
        f"{DAYS}::test_every_enabled_workflow_has_a_row_at_every_tick_and_ids_are_unique",
    ),
    guard(
        "an order names the slot's date",
        CONTROLLER,
        "        target_date=decision.target_date,",
        "        target_date=day_of_instant(tick),",
        "last night's windows would ask for today",
        f"{TEST_CONTROLLER}::test_windows_of_last_night_are_run_for_last_night",
    ),
    guard(
        "a silence of a fortnight is explained",
        CONTROLLER,
        "LOOK_BACK = 14",
        "LOOK_BACK = 3",
        "the slots of a long outage would have no word",
        f"{TEST_CONTROLLER}::test_after_days_of_silence_every_promised_slot_has_a_word",
    ),
    guard(
        "the newest tick is found however old",
        CONTROLLER,
        '    for day in (*recent, ""):',
        "    for day in recent:",
        "after a week nobody would know that there had been ticks",
        f"{TEST_CONTROLLER}::test_after_days_of_silence_every_promised_slot_has_a_word",
    ),
    guard(
        "yesterday stays open",
        CONTROLLER,
        "    first = max(min(since, today) - timedelta(days=1), today - timedelta(days=LOOK_BACK))",
        "    first = max(min(since, today), today - timedelta(days=LOOK_BACK))",
        "the windows after midnight would never close",
        "tests/mutants/test_functions.py::test_a_window_of_last_night_is_closed_the_next_morning",
    ),
    guard(
        "days before the first plan were promised nothing",
        CONTROLLER,
        'or (previous and day >= since) or world.state.list(f"plans/{day}/")',
        "or True",
        "a first start would abort a day that nobody planned",
        f"{TEST_CONTROLLER}::test_a_tick_before_any_plan_promises_nothing_for_days_before_it",
    ),
    guard(
        "a tick far from the clock is refused",
        "shared/core/ids.py",
        "    if not now - OLDEST <= named <= now + AHEAD:",
        "    if False:",
        "a message of last month would decide today",
        "tests/core/test_ids.py::test_a_tick_too_far_off_is_refused_with_its_bounds",
    ),
)
