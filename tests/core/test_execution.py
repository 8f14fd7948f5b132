"""Executions: which chunks are next, whatever came in whatever order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.chunks import Progress, group_size, group_size_of, progress
from shared.core.execution import Manifest, finish_by, summarise
from shared.core.messages import ChunkOrder
from shared.core.targets import Target
from shared.core.workflows import Step
from tests.core.executions import (
    EVENTS,
    MADE_AT,
    events,
    manifest,
    nothing,
)
from tests.core.made import config


def ids(where: Progress) -> list[str]:
    return [f"{chunk.chunk_id}:{len(chunk.targets)}" for chunk in where.waiting]


@pytest.mark.parametrize(
    ("source", "size"),
    [
        # concurrency x floor(400 / (tries x (timeout + backoff))), at most rate x 400.
        ("nba_stats", 16),  # 4 x floor(400 / (3 x 28 = 84)) = 4 x 4; rate 3 x 400 = 1200
        ("nba_cdn", 40),  # 8 x floor(400 / 69) = 8 x 5
        ("odds_api", 30),  # 6 x 5
        ("balldontlie", 10),  # 2 x 5
        ("nba_web", 8),  # 2 x 4
        ("basketball_reference", 6),  # 1 x floor(400 / 64) = 6; rate 0.3 x 400 = 120
    ],
)
def test_the_targets_of_a_group_fit_the_push(source: str, size: int) -> None:
    assert group_size_of(config(), source) == size


def test_a_slow_rate_bounds_the_group_too() -> None:
    # 10 x floor(400 / 10) = 400 calls would fit by time, 0.02 x 400 = 8 by rate.
    assert group_size(10, 0.02, 1, 10) == 8
    assert group_size(1, 0.001, 1, 10) == 0  # 0.4 calls: `check` refuses such a source


def test_an_execution_has_45_minutes_for_each_step() -> None:
    assert finish_by(MADE_AT, EVENTS) == MADE_AT + timedelta(minutes=90)
    assert finish_by(MADE_AT, ()) == MADE_AT + timedelta(minutes=45)


def test_a_step_waits_for_the_one_before_it_and_takes_its_targets() -> None:
    made = manifest(*EVENTS)
    first = progress(made, {}, nothing)
    assert ids(first) == ["x.1.s1.oddsa_events.1:1"]
    assert (first.fresh, first.since, first.ended) == (True, MADE_AT, False)
    done = {"x.1.s1.oddsa_events.1": MADE_AT + timedelta(seconds=9)}
    second = progress(made, done, {"oddsa_events": events(3)}.__getitem__)
    # Both scrapers ask odds_api: 3 + 3 of 30 fit one group.
    assert ids(second) == ["x.1.s2.oddsa_player_props.1:3", "x.1.s2.oddsa_game_lines.1:3"]
    assert (second.fresh, second.since) == (True, MADE_AT + timedelta(seconds=9))
    third = progress(made, done | {"x.1.s2.oddsa_game_lines.1": MADE_AT}, lambda _: events(3))
    assert ids(third) == ["x.1.s2.oddsa_player_props.1:3"]
    assert not third.fresh


def test_a_step_that_finds_no_targets_ends_at_once() -> None:
    done = {"x.1.s1.oddsa_events.1": MADE_AT}
    assert progress(manifest(*EVENTS), done, nothing).ended


def test_what_exceeds_a_push_is_a_later_group() -> None:
    """20 events: 30 calls a group. Props 20 and lines 10, then lines 10; the n counts on."""
    made = manifest(*EVENTS)
    done = {"x.1.s1.oddsa_events.1": MADE_AT}

    def found(_: str) -> Sequence[Target]:
        return events(20)

    first = progress(made, done, found)
    assert ids(first) == ["x.1.s2.oddsa_player_props.1:20", "x.1.s2.oddsa_game_lines.1:10"]
    done |= {chunk.chunk_id: MADE_AT for chunk in first.waiting}
    assert ids(progress(made, done, found)) == ["x.1.s2.oddsa_game_lines.2:10"]


def test_sources_have_room_of_their_own_in_a_group() -> None:
    """19 games: 16 fit nba_stats (box), all fit nba_cdn (plays); 3 boxes come after."""
    step = Step(scrapers=("nbac_team_boxscore", "nbac_play_by_play", "bdl_box_scores"))
    made = manifest(step, games=19)
    first = progress(made, {}, nothing)
    assert ids(first) == [
        "x.1.s1.nbac_team_boxscore.1:16",
        "x.1.s1.nbac_play_by_play.1:19",
        "x.1.s1.bdl_box_scores.1:1",
    ]
    done = {chunk.chunk_id: MADE_AT for chunk in first.waiting}
    assert ids(progress(made, done, nothing)) == ["x.1.s1.nbac_team_boxscore.2:3"]


def test_a_chunk_holds_50_targets_at_most() -> None:
    made = manifest(*EVENTS, group_size={"odds_api": 500})
    done = {"x.1.s1.oddsa_events.1": MADE_AT}
    first = progress(made, done, lambda _: events(60))
    assert ids(first) == ["x.1.s2.oddsa_player_props.1:50", "x.1.s2.oddsa_game_lines.1:50"]


def test_what_is_had_already_is_not_asked_again() -> None:
    step = Step(scrapers=("nbac_team_boxscore", "bdl_box_scores"))
    have = {"nbac_team_boxscore": ("0022500000", "0022500002"), "bdl_box_scores": ("2025-11-12",)}
    (chunk,) = progress(manifest(step, games=3, have=have), {}, nothing).waiting
    assert [target.id for target in chunk.targets] == ["0022500001"]
    everything = {**have, "nbac_team_boxscore": tuple(f"00225{n:05d}" for n in range(3))}
    assert progress(manifest(step, games=3, have=everything), {}, nothing).ended


def test_an_expired_execution_asks_nothing_and_fails() -> None:
    late = manifest(*EVENTS, expired=True)
    assert progress(late, {}, nothing).ended
    summary = summarise(late, [])
    assert summary.status == "failed"
    assert summary.error_message == "expired: not run by 2025-11-12T20:00:00+00:00"


def test_a_chunk_carries_all_that_its_receiver_needs() -> None:
    made = manifest(EVENTS[0], games=2, options={"oddsa_events": {"markets": "h2h"}})
    (chunk,) = progress(made, {}, nothing).waiting
    assert chunk.not_after == made.finish_by
    assert chunk.options == {"markets": "h2h"}
    assert [game["id"] for game in chunk.day_games] == ["0022500000", "0022500001"]
    assert (chunk.decided_at, chunk.config_version) == (MADE_AT, "v1")


def walk(made: Manifest, found: int, order: Sequence[int]) -> dict[str, ChunkOrder]:
    """Let the chunks end in a given order; returns all that were ever asked for."""
    done: dict[str, datetime] = {}
    asked: dict[str, ChunkOrder] = {}
    for step in range(10_000):
        where = progress(made, done, lambda _: events(found))
        if where.ended:
            return asked
        assert where.fresh == (not any(c.chunk_id in asked for c in where.waiting))
        asked |= {chunk.chunk_id: chunk for chunk in where.waiting}
        chosen = where.waiting[order[step % len(order)] % len(where.waiting)]
        done[chosen.chunk_id] = MADE_AT + timedelta(seconds=step)
    raise AssertionError("never ended")


@given(st.integers(0, 45), st.integers(0, 19), st.lists(st.integers(0, 9), min_size=1))
@settings(max_examples=60)
def test_any_order_of_outcomes_reaches_the_end_with_the_same_chunks(
    found: int, games: int, order: list[int]
) -> None:
    boxes = Step(scrapers=("nbac_team_boxscore", "nbac_play_by_play"))
    made = manifest(*EVENTS, boxes, games=games)
    asked = walk(made, found, order)
    assert asked == walk(made, found, [0])
    by_scraper: Mapping[str, list[str]] = {
        name: [t.id for c in asked.values() if c.scraper == name for t in c.targets]
        for name in made.kinds
    }
    assert sorted(by_scraper["oddsa_game_lines"]) == [t.id for t in events(found)]
    assert len(set(by_scraper["nbac_team_boxscore"])) == games
