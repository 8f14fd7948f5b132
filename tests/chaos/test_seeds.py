"""Seeds that once broke a promise, seeds that never did, and that each replays exactly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from itertools import count
from time import monotonic

import pytest

from sim.chaos.campaign import Played, Terrain, campaign, judge
from sim.chaos.checker import check_left
from sim.chaos.faults import ALL, Kind
from sim.chaos.scenario import Left, Scenario
from sim.chaos.shrink import shrink
from tests.chaos.made import NOV_12, ROOT, SETTINGS, played
from tests.fresh import new_seed

#: (seed, first date): what each found is told in docs/reliability.md.
FOUND = [
    (14, date(2025, 11, 1)),  # an injury poll's end moved with the last tip, and no row said so
    (37, date(2025, 11, 27)),  # the same, later in the day
    (25, date(2025, 12, 23)),  # two ticks decide one RUN, each with the games it finds over
    (350, date(2025, 11, 1)),  # the announcement and all three repairs of a file were lost
]
#: Of the campaign's own days; in 425 an order is taken up when its slot has just been aborted.
ROUGH = [425, 1018, 1057, 1146, 2792, 2984, 8381, 26285, 200342, 2833795552, 2833795774]

#: And of others that never broke one.
OTHERS = [1, 5, 7, 11, 19, 35]

#: Seconds of seeds in every run of the tests, and of new ones in the long run.
SECONDS, FRESH_SECONDS = 30, 300
#: Seeds of the recorded run that the long run plays again.
RECORDED = 200


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


def test_seeds_keep_every_promise_for_half_a_minute() -> None:
    """From the first one on, as many as this machine plays."""
    failed, _ = play_for(SECONDS, count(1))
    assert failed == []


@pytest.mark.soak
def test_two_hundred_seeds_of_the_recorded_run_keep_every_promise() -> None:
    """Spread over the range that docs/reliability.json holds."""
    kept = json.loads((ROOT / "docs" / "reliability.json").read_text())
    seeds = range(kept["first_seed"], kept["last_seed"] + 1)
    chosen = seeds[:: max(1, len(seeds) // RECORDED)][:RECORDED]
    assert [(one.seed, told(one)) for one in some(chosen) if one.violations] == []


@pytest.mark.soak
def test_new_seeds_keep_every_promise_for_five_minutes(
    capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]
) -> None:
    """Other ones with every commit; `tipoff chaos --seed N --days 1` plays one again."""
    first = new_seed()
    failed, last = play_for(FRESH_SECONDS, count(first))
    record_property("seeds", f"{first} to {last}")
    with capsys.disabled():
        print(f"new seeds: {first} to {last}")  # noqa: T201 so that they can be played again
    assert failed == [], f"of seeds {first} to {last}"


def play_for(seconds: float, seeds: Iterable[int]) -> tuple[list[tuple[int, list[str]]], int]:
    """The seeds that broke a promise, of those that could be played; and the last of these."""
    until = monotonic() + seconds
    failed, last = [], 0
    for one in some(seeds):
        last = one.seed
        if one.violations:
            failed.append((one.seed, told(one)))
        if monotonic() >= until:
            break
    return failed, last


def some(seeds: Iterable[int]) -> Iterator[Played]:
    return (judge(Terrain().scenario(seed), SETTINGS) for seed in seeds)
