"""The troubles of the simulated sources: the same for all, healed in time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from shared.core.calendar import Calendar
from shared.core.days import ET, day_of_instant, wall
from shared.core.games import Game, GameType
from sim.sources.answers import answer
from sim.sources.exchange import Request
from sim.sources.troubles import LAST_TROUBLED_TRY, SLOW_SECONDS, SOURCES, Kind
from sim.sources.world import SourceWorld

DAY = date(2025, 11, 12)
ESPN = "/apis/site/v2/sports/basketball/nba/teams/"


def a_world(seed: int = 1, *, troubles: bool = True, tip: time | None = time(19)) -> SourceWorld:
    """A game a day for 60 days at `tip` (ET), none if that is None."""
    found = [
        Game(
            game_id=f"00225{n:05d}",
            tip=wall(DAY + timedelta(days=n), tip),
            away="MIL",
            home="CHA",
            type=GameType.REGULAR,
        )
        for n in range(60)
        if tip
    ]
    return SourceWorld(Calendar.of(found), seed=seed, troubles=troubles)


def hosts() -> dict[str, str]:
    return {source: host for host, source in SOURCES.items()}


def asked(world: SourceWorld, host: str, path: str, now: datetime, attempt: int = 1) -> int:
    return answer(world, Request(host=host, path=path, now=now, attempt=attempt)).status


@pytest.mark.parametrize("tip", [time(19), time(12), time(22, 30), None])
def test_a_day_has_one_spell_one_slow_hour_and_one_error_page_each_elsewhere(
    tip: time | None,
) -> None:
    world = a_world(tip=tip)
    for n in range(60):
        found = world.troubles_of(DAY + timedelta(days=n))
        assert sorted(trouble.kind for trouble in found) == sorted(Kind)
        assert len({trouble.source for trouble in found}) == 3
        assert list(found) == sorted(found, key=lambda trouble: trouble.start)


def test_a_spell_outlives_a_tick_s_retries_and_is_over_before_the_next_tick() -> None:
    world = a_world()
    for n in range(60):
        day = DAY + timedelta(days=n)
        spell = next(t for t in world.troubles_of(day) if t.kind is Kind.SPELL)
        assert timedelta(minutes=20) <= spell.end - spell.start <= timedelta(minutes=50)
        # It begins 2 to 8 minutes before a full hour, and lasts past its first 12 minutes.
        tick = (spell.start + timedelta(minutes=10)).replace(minute=0, second=0)
        assert tick - timedelta(minutes=8) <= spell.start <= tick - timedelta(minutes=2)
        assert tick + timedelta(minutes=12) <= spell.end <= tick + timedelta(minutes=48)
        assert day_of_instant(spell.start) == day == day_of_instant(spell.end)


def test_no_long_trouble_lies_where_no_later_attempt_is_left() -> None:
    """Lines at 13:00 and 15:00 with a tip at 19:00, never at the last slot's 17:00."""
    world = a_world()
    hours = {
        (trouble.source, (trouble.start.astimezone(ET) + timedelta(minutes=10)).hour)
        for n in range(60)
        for trouble in world.troubles_of(DAY + timedelta(days=n))
    }
    assert hours <= {
        ("espn", 6), ("balldontlie", 6), ("nba_web", 6), ("basketball_reference", 6),
        ("nba_stats", 6), ("nba_stats", 11), ("nba_stats", 17),
        ("nba_official", 10), ("odds_api", 13), ("odds_api", 15), ("nba_static", 13),
        ("nba_static", 15), ("nba_stats", 22), ("balldontlie", 1), ("nba_stats", 1),
        ("nba_cdn", 4),
    }  # fmt: skip
    assert len(hours) > 8


def test_in_a_spell_every_answer_of_that_source_alone_is_503() -> None:
    world = a_world()
    spell = next(t for t in world.troubles_of(DAY) if t.kind is Kind.SPELL)
    host = hosts()[spell.source]
    for attempt in (1, 2, 3, 9):
        assert asked(world, host, "/anything", spell.start, attempt) == 503
        assert asked(world, host, "/anything", spell.end, 3) != 503
    others = [host for source, host in hosts().items() if source != spell.source]
    assert all(asked(world, host, "/anything", spell.start, 3) != 503 for host in others)


def test_in_a_slow_hour_answers_take_eight_seconds() -> None:
    world = a_world()
    slow = next(t for t in world.troubles_of(DAY) if t.kind is Kind.SLOW)
    host = hosts()[slow.source]
    seconds = [
        answer(world, Request(host=host, path="/x", now=now, attempt=3)).seconds
        for now in (slow.start - timedelta(seconds=1), slow.start, slow.end)
    ]
    assert seconds[1] == SLOW_SECONDS
    assert all(0.3 <= each < 1.5 for each in (seconds[0], seconds[2]))


def test_an_error_page_comes_with_status_200_and_a_retry_gets_the_data() -> None:
    for n in range(60):
        world = a_world()
        page = next(t for t in world.troubles_of(DAY + timedelta(days=n))
                    if t.kind is Kind.ERROR_PAGE)  # fmt: skip
        if page.source != "balldontlie":
            continue
        ask = {"path": "/v1/standings", "query": {"season": "2025"},
               "headers": {"authorization": "k"}, "now": page.start}  # fmt: skip
        first, third = (
            answer(world, Request(host="api.balldontlie.io", attempt=attempt, **ask))  # type: ignore[arg-type]
            for attempt in (1, 3)
        )
        assert (first.status, first.body[:9]) == (200, b"<!DOCTYPE")
        assert third.body.startswith(b'{"data"')
        return
    pytest.fail("no error page of that source in 60 days")


def test_one_or_two_of_a_hundred_requests_meet_a_passing_trouble_cured_by_retries() -> None:
    world, now = a_world(tip=None), datetime(2025, 11, 12, 21, 30, tzinfo=UTC)
    paths = [f"{ESPN}{n}" for n in range(3000)]
    by_try = [
        sum(asked(world, "site.api.espn.com", path, now, attempt) in (503, 429) for path in paths)
        for attempt in (1, 2, 3)
    ]
    # 1.5 % of 3000 are 45.
    assert 25 <= by_try[0] <= 65
    assert by_try[LAST_TROUBLED_TRY] == 0


def test_troubles_do_not_depend_on_the_order_of_asking() -> None:
    now = datetime(2025, 11, 12, 21, 30, tzinfo=UTC)
    requests = [
        Request(host="site.api.espn.com", path=f"{ESPN}{n}", now=now, attempt=attempt)
        for n in range(400)
        for attempt in (1, 2)
    ]
    there = [answer(a_world(), request) for request in requests]
    world = a_world()
    back = [answer(world, request) for request in reversed(requests)]
    assert there == back[::-1]


def test_the_key_does_not_change_what_a_request_meets() -> None:
    now = datetime(2025, 11, 12, 21, 30, tzinfo=UTC)
    one, two = (
        Request(host="api.the-odds-api.com", path="/v4", query={"apiKey": key, "a": "1"}, now=now)
        for key in ("k", "other")
    )
    assert one.target == two.target


def test_without_troubles_nothing_goes_wrong() -> None:
    world, now = a_world(troubles=False), wall(DAY, time(5))
    assert world.troubles_of(DAY) == ()
    for n in range(24 * 60):
        at = now + timedelta(minutes=n)
        assert asked(world, "site.api.espn.com", f"{ESPN}GS", at) == 200
