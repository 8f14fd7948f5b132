"""API credits: told by answers, set aside before a call, and never spent below the reserve."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import httpx
import pytest

from scrapers.credits import Balance
from scrapers.registry import fetcher
from shared.core.targets import TargetKind
from shared.core.workflows import Credits
from shared.errors import SourceFailure
from tests.scrapers.shapes import CASES, EVENT
from tests.scrapers.world import NOON, Site, Source, ask

RULES = Credits(left="x-requests-remaining", last="x-requests-last", reserve=100)
PAID = Source(tries=1, credits=RULES)


def paid(left: object, last: object = 1, status: int = 200) -> httpx.Response:
    headers = {"x-requests-remaining": str(left), "x-requests-last": str(last)}
    return httpx.Response(status, headers=headers, content=b"[]")


def balance(left: int | None) -> Balance:
    made = Balance(RULES)
    if left is not None:
        made.tell(NOON, left)
    return made


@pytest.mark.parametrize(
    ("left", "cost", "allowed"),
    [
        (131, 30, True),
        # 130 - 30 leaves the reserve of 100, untouched.
        (130, 30, True),
        (129, 30, False),
        (100, 1, False),
        (0, 10, False),
        # What costs nothing is always asked: it tells what is left.
        (0, 0, True),
        # Nobody has told yet: the first call does.
        (None, 30, True),
    ],
)
def test_a_call_that_would_spend_the_reserve_is_refused(
    left: int | None, cost: int, *, allowed: bool
) -> None:
    known = balance(left)
    if allowed:
        with known.aside(cost, lambda: "GET /odds", NOON):
            return
    with (
        pytest.raises(SourceFailure) as caught,
        known.aside(cost, lambda: "GET /odds", NOON),
    ):
        pytest.fail("it was asked")
    assert caught.value.error_type == "out_of_credits"
    assert str(caught.value) == (
        f"GET /odds: credits: {left} left, this call costs {cost}, reserve 100"
    )


def test_calls_at_the_same_time_do_not_spend_the_same_credits() -> None:
    known = balance(150)
    with known.aside(30, lambda: "first", NOON):
        # 150 - 30 - 20 = 100 is left.
        with known.aside(20, lambda: "second", NOON):
            pass
        message = r"150 left \(30 of them set aside for other calls\), this call costs 30"
        with pytest.raises(SourceFailure, match=message), known.aside(30, lambda: "x", NOON):
            pass
    with known.aside(50, lambda: "alone", NOON):
        pass


def test_what_failed_is_no_longer_set_aside() -> None:
    known = balance(150)
    with pytest.raises(ValueError, match="broken"), known.aside(50, lambda: "x", NOON):
        raise ValueError("broken")
    with known.aside(50, lambda: "x", NOON):
        pass


def test_many_threads_together_leave_the_reserve() -> None:
    known = balance(130)
    inside, refused, told = threading.Barrier(4), [], threading.Semaphore(0)

    def call() -> None:
        try:
            with known.aside(10, lambda: "x", NOON):
                inside.wait(5)
        except SourceFailure as e:
            refused.append(e)
            told.release()

    threads = [threading.Thread(target=call) for _ in range(8)]
    # 130 - 100 = 30: three of eight are asked, and go on when the other five were told.
    for thread in threads:
        thread.start()
    for _ in range(5):
        assert told.acquire(timeout=5)
    inside.wait(5)
    for thread in threads:
        thread.join(5)
    assert len(refused) == 5


@pytest.mark.parametrize(
    ("news", "known"),
    [
        ([(0, 500), (60, 480)], 480),
        # Older news, heard later, changes nothing.
        ([(60, 480), (0, 500)], 480),
        # A new month.
        ([(0, 3), (60, 100_000)], 100_000),
        # Two answers of one instant: the lower was told by the later call.
        ([(0, 480), (0, 482)], 480),
        ([(0, 482), (0, 480)], 480),
    ],
)
def test_the_newest_news_counts(news: list[tuple[int, int]], known: int) -> None:
    made = Balance(RULES)
    for seconds, left in news:
        made.tell(NOON + timedelta(seconds=seconds), left)
    assert made.known is not None
    assert made.known[1] == known


def test_a_balance_is_believed_for_a_day() -> None:
    """Else a used up plan would refuse for ever: a refused call tells nobody of a new month."""
    known = balance(0)
    with pytest.raises(SourceFailure), known.aside(1, lambda: "x", NOON + timedelta(hours=24)):
        pass
    with known.aside(1, lambda: "x", NOON + timedelta(hours=24, seconds=1)):
        pass


@pytest.mark.parametrize("rules", [None, Credits(left="x-left", last="x-last")])
def test_a_source_that_says_nothing_of_credits_refuses_nothing(rules: Credits | None) -> None:
    site = Site(paid(0), source=Source(tries=1, credits=rules))
    http = site.run()
    for _ in range(3):
        http.get("/x", cost=1000)
    assert (http.requests, http.credits, http.credits_left) == (3, None, None)


def test_a_run_adds_up_what_its_answers_say() -> None:
    site = Site(paid("480.0", 3), httpx.Response(200), paid(470, 10), paid("many", "-1"),
                source=PAID)  # fmt: skip
    http = site.run()
    for _ in range(4):
        http.get("/x")
    assert (http.requests, http.credits, http.credits_left) == (4, 13, 470)


def test_refusals_tell_of_credits_too_and_retries_are_counted() -> None:
    site = Site(paid(300, 0, 503), paid(299, 1), source=Source(credits=RULES))
    http = site.run()
    http.get("/x", cost=1)
    assert (http.requests, http.retries, http.credits, http.credits_left) == (2, 1, 1, 299)


def test_a_refused_call_is_never_sent_and_names_itself_without_its_key() -> None:
    site = Site(
        paid(120), source=Source(tries=1, credits=RULES, key_in="query:apiKey",
                                 secret="ODDS_API_KEY"),
    )  # fmt: skip
    client = site.client()
    client.get("/free")
    http = client.for_run()
    with pytest.raises(SourceFailure) as caught:
        http.get("/odds", {"markets": "a,b,c"}, cost=30)
    assert str(caught.value) == (
        "odds_api: GET https://api.example.com/odds?markets=a%2Cb%2Cc: credits: 120 left, "
        "this call costs 30, reserve 100"
    )
    assert (len(site.asked), http.requests, http.retries) == (1, 0, 0)


@pytest.mark.parametrize(("left", "error_type"), [(0, "out_of_credits"), (7, "blocked")])
def test_a_used_up_quota_is_no_wrong_key(left: int, error_type: str) -> None:
    """Both come as 401."""
    site = Site(paid(left, 0, 401), source=PAID)
    with pytest.raises(SourceFailure) as caught:
        site.run().get("/x", cost=1)
    assert caught.value.error_type == error_type


@pytest.mark.parametrize(
    ("scraper", "options", "costs"),
    [
        ("oddsa_events", {}, [0]),
        ("oddsa_player_props", {}, [1]),
        ("oddsa_game_lines", {}, [2]),
        # Three markets; two regions count for nothing where bookmakers are named.
        ("oddsa_game_lines", {"markets": "h2h,spreads,totals", "regions": "us,uk"}, [3]),
        # Eleven bookmakers are two regions.
        ("oddsa_player_props", {"bookmakers": ",".join("abcdefghijk")}, [2]),
        ("oddsa_events_his", {}, [1]),
        ("oddsa_player_props_his", {}, [10]),
        ("oddsa_game_lines_his", {}, [20]),
        ("oddsa_team_players", {}, [1, 1]),
        ("oddsa_team_players", {"participant": "par_1"}, [1]),
        ("bdl_games", {}, [0, 0]),
        ("bp_player_props", {}, [0, 0, 0]),
    ],
)
def test_what_each_call_costs(scraper: str, options: dict[str, str], costs: list[int]) -> None:
    case = CASES[scraper]
    answers = list(case.whole)[-len(costs) :]
    site = Site(*answers)
    http = site.run()
    seen: list[int] = []
    plain = http.get

    class Seen:
        def get(self, *args: Any, cost: int = 0, **more: Any) -> Any:
            seen.append(cost)
            return plain(*args, **more)

    more: dict[str, Any] = {"params": case.params} if case.params else {}
    asked = ask(scraper, kind=case.kind, id_=case.id_, **{**more, **options})
    fetcher(scraper)(asked, Seen())
    assert seen == costs


def test_odds_of_an_event_are_refused_before_they_are_asked_for() -> None:
    site = Site(paid(101), source=PAID)
    client = site.client()
    client.get("/free")
    params = {"event": EVENT, "date": "2025-11-12"}
    asked = ask("oddsa_game_lines", kind=TargetKind.EVENT, id_=EVENT, params=params)
    with pytest.raises(SourceFailure, match="101 left, this call costs 2, reserve 100"):
        fetcher("oddsa_game_lines")(asked, client.for_run())
    assert len(site.asked) == 1
