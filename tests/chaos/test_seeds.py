"""Seeds that once broke a promise, seeds that never did, and that each replays exactly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import count
from time import monotonic

import pytest

from sim.chaos.campaign import Played, Terrain, campaign, judge
from sim.chaos.checker import check_left
from sim.chaos.faults import ALL, Kind
from sim.chaos.shrink import shrink
from sim.chaos.world import Left, Scenario
from tests.chaos.made import NOV_12, SETTINGS, played

#: (seed, first date): what each found is told in docs/reliability.md.
FOUND = [
    (14, date(2025, 11, 1)),  # an injury poll's end moved with the last tip, and no row said so
    (37, date(2025, 11, 27)),  # the same, later in the day
    (25, date(2025, 12, 23)),  # two ticks decide one RUN, each with the games it finds over
    (261, date(2025, 11, 27)),  # an order that was taken up after its slot was aborted
    (350, date(2025, 11, 1)),  # the announcement and all three repairs of a file were lost
    (402, date(2025, 12, 10)),  # an order taken up in the minute in which its slot closed
]
#: Of the campaign's own days.
ROUGH = [1018, 1057, 1146]

#: And of others that never broke one.
OTHERS = [1, 5, 7, 11, 19, 35]

#: Seconds of new seeds in the long run.
FRESH_SECONDS = 300


@cache
def seen(seed: int) -> Played:
    return judge(Terrain().scenario(seed), SETTINGS)


def told(one: Played) -> list[str]:
    return [f"{violation.rule}: {violation.what}" for violation in one.violations]


@pytest.mark.parametrize(("seed", "day"), FOUND)
def test_a_seed_that_found_a_fault_finds_it_no_more(seed: int, day: date) -> None:
    assert told(judge(Scenario(seed=seed, days=(day,)), SETTINGS)) == []


@pytest.mark.parametrize("seed", ROUGH)
def test_a_rough_seed_of_the_campaign_keeps_every_promise(seed: int) -> None:
    assert told(seen(seed)) == []


@pytest.mark.parametrize("seed", OTHERS)
def test_days_in_which_everything_breaks_keep_every_promise(seed: int) -> None:
    assert told(seen(seed)) == []


@pytest.mark.parametrize(
    "day",
    [
        date(2025, 11, 1),  # 25 hours: 01:30 comes twice
        date(2026, 3, 7),  # 23 hours: 02:30 does not come
    ],
)
def test_days_on_which_the_clocks_change_keep_every_promise(day: date) -> None:
    days = (day, day + timedelta(days=1))
    assert told(judge(Scenario(seed=77, days=days), SETTINGS)) == []


def what_is_left(left: Left) -> tuple[object, ...]:
    """Everything that time on this machine does not change."""
    rows = {
        table: [
            (row_id, {key: row[key] for key in row if key != "duration_seconds"})
            for row_id, row in sent
        ]
        for table, sent in left.rows.items()
    }
    return rows, list(left.raw), list(left.state), left.struck, left.counts


def test_a_seed_replays_exactly() -> None:
    scenario = Scenario(seed=4711, days=(NOV_12,))
    one, other = what_is_left(played(scenario)), what_is_left(played(scenario))
    assert one == other
    assert one[3]


def test_without_faults_nothing_strikes_and_every_game_is_obtained() -> None:
    left = played(Scenario(seed=5, days=(NOV_12,), kinds=frozenset()))
    assert not left.struck
    assert check_left(left) == []
    games = {game.game_id for game in left.league.games if game.day == NOV_12}
    for source, dataset in (("nba_stats", "team_boxscore"), ("nba_cdn", "play_by_play")):
        final = {name for name in left.raw if name.startswith(f"{source}/{dataset}/")}
        assert final == {f"{source}/{dataset}/2025-11-12/{game}/final.json" for game in games}


def test_every_kind_of_fault_strikes_in_the_seeds_above() -> None:
    struck = {kind for seed in (*ROUGH, *OTHERS) for kind in seen(seed).faults}
    assert struck == {kind.value for kind in ALL}


def test_a_seed_plays_the_same_days_whatever_is_played_beside_it() -> None:
    alone = list(campaign(Terrain(), SETTINGS, seed=12, days=1))
    beside = list(campaign(Terrain(), SETTINGS, seed=11, days=4))
    assert alone[0] in beside


def test_the_shortest_trace_of_a_failing_seed_is_told() -> None:
    """Any crash will do here: one fault is enough to explain a broken promise."""
    scenario = Scenario(seed=9, days=(NOV_12,), kinds=frozenset({Kind.TICK_LOST, Kind.DUPLICATE}))

    def broken(left: Left) -> list[str]:
        return ["a_tick_was_lost"] if any(f.kind is Kind.TICK_LOST for f in left.struck) else []

    trace = shrink(scenario, SETTINGS, "a_tick_was_lost", broken=broken)
    assert [fault.kind for fault in trace.faults] == [Kind.TICK_LOST]
    again = played(trace.scenario)
    assert broken(again) == ["a_tick_was_lost"]


@pytest.mark.soak
def test_two_hundred_seeds_of_the_campaign_keep_every_promise() -> None:
    failed = [(one.seed, told(one)) for one in some(range(1, 201)) if one.violations]
    assert failed == []


@pytest.mark.soak
def test_as_many_new_seeds_as_fit_keep_every_promise(request: pytest.FixtureRequest) -> None:
    """Which ones depends on how far the machine comes; each is named when it fails."""
    until = monotonic() + FRESH_SECONDS
    first = 1_000_000
    failed = []
    for one in some(count(first)):
        if one.violations:
            failed.append((one.seed, told(one)))
        if monotonic() >= until:
            break
    assert failed == []


def some(seeds: range | count[int]) -> Iterator[Played]:
    return (judge(Terrain().scenario(seed), SETTINGS) for seed in seeds)
