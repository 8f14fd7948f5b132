"""One run's result: complete, final, used again, or not an outcome at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from scrapers.base import Ask, Fetched
from shared import records
from shared.core.messages import ChunkOrder, ScrapeRequest
from shared.core.workflows import Source, Step
from shared.errors import PortUnavailable
from sim.clock import ManualClock
from tests.core.made import NOV_12, at, game
from tests.functions.test_scraper_schedule import SCHEDULE, entry, feed
from tests.functions.worlds import Here, order

ONE, TWO = "0022500001", "0022500002"
#: One run a date for all games, and one a game.
LINES, BOX = "nbac_player_boxscore", "nbac_team_boxscore"


class Counted:
    """The client of a source, and of one run, that asks nobody and has counted nothing."""

    retries = 0

    def for_run(self) -> Counted:
        return self

    def __getattr__(self, name: str) -> int:
        return 0


@dataclass
class Given:
    """Sources that give what a test says."""

    give: Callable[[Ask], Fetched]
    asked: list[Ask] = field(default_factory=list)

    def fetcher(self, _: str) -> Callable[[Ask, object], Fetched]:
        def fetch(ask: Ask, _: object) -> Fetched:
            self.asked.append(ask)
            return self.give(ask)

        return fetch

    def client(self, _: Source) -> Counted:
        return Counted()


def covering(*games: str) -> Fetched:
    return Fetched(records=[{"game": each} for each in games or ("none",)], covers=games)


@pytest.fixture
def here() -> Here:
    """05:00 ET of 12 November 2025; games at 19:00 and 22:30."""
    made = Here(ManualClock(at("04:00")))
    made.import_schedule(game(1, "19:00"), game(2, "22:30"))
    made.at("05:00")
    return made


def given(here: Here, give: Callable[[Ask], Fetched] | Fetched) -> Given:
    """Let the world's sources give this."""
    made = Given(give if callable(give) else lambda _: give)
    object.__setattr__(here.world, "outside", made)
    return made


def chunk(here: Here, scraper: str, text: str, execution: str = "x.1") -> ChunkOrder:
    """The one chunk of an execution of the window, decided at an ET wall time."""
    run = order(
        "post_game_window_3",
        here.at(text),
        steps=(Step(scrapers=(scraper,)),),
        games=(ONE, TWO),
        execution_id=execution,
        not_after=at("+10:00"),
    )
    here.deliver("executor", run)
    (found,) = here.pulled()
    assert isinstance(found, ChunkOrder)
    return found


def rows(here: Here) -> Sequence[dict[str, Any]]:
    return [dict(row) for row in here.rows("scraper_execution_log")]


@pytest.mark.parametrize(
    ("decided", "covers", "complete"),
    [
        # At 22:00 the game of 19:00 is over, three hours after its tip; the other is not.
        ("22:00", (ONE,), True),
        ("22:00", (TWO,), False),
        ("+01:30", (ONE,), False),
        ("+01:30", (ONE, TWO), True),
        # Records of which none is a whole game.
        ("22:00", (), False),
    ],
)
def test_a_date_is_complete_when_every_game_is_found_that_should_be_over(
    here: Here, decided: str, covers: tuple[str, ...], complete: bool
) -> None:
    given(here, covering(*covers))
    here.deliver("scraper", chunk(here, LINES, decided))
    (row,) = rows(here)
    assert (row["status"], row["complete"]) == ("success", complete)


@pytest.mark.parametrize(("covers", "complete"), [((ONE,), [True, False]), ((), [False, False])])
def test_a_game_is_complete_when_it_is_found_whole(
    here: Here, covers: tuple[str, ...], complete: list[bool]
) -> None:
    given(here, lambda ask: covering(*(each for each in covers if each == ask.target.id)))
    here.deliver("scraper", chunk(here, BOX, "+01:30"))
    assert [row["complete"] for row in rows(here)] == complete


@pytest.mark.parametrize(
    ("decided", "covers", "name"),
    [("22:00", (ONE,), "20251113T030000Z"), ("+01:30", (ONE, TWO), "final")],
)
def test_a_date_is_final_when_every_game_of_it_is_found(
    here: Here, decided: str, covers: tuple[str, ...], name: str
) -> None:
    """At 22:00 it is complete, and the second game is still to come."""
    given(here, covering(*covers))
    here.deliver("scraper", chunk(here, LINES, decided))
    (row,) = rows(here)
    assert row["complete"]
    assert row["gcs_path"].endswith(f"/2025-11-12/{name}.json")


def test_a_record_that_says_nothing_is_malformed(here: Here) -> None:
    """It would count as data, and be loaded, and be there."""
    given(here, Fetched(records=[{"game": ONE}, {}], covers=(ONE,)))
    here.deliver("scraper", chunk(here, LINES, "22:00"))
    (row,) = rows(here)
    assert (row["status"], row["error_type"]) == ("failed", "malformed")


def test_an_incomplete_box_is_never_final(here: Here) -> None:
    given(here, covering())
    here.deliver("scraper", chunk(here, BOX, "+01:30"))
    assert not [row for row in rows(here) if row["gcs_path"].endswith("final.json")]


def test_nothing_found_is_not_complete_where_nothing_is_expected(here: Here) -> None:
    given(here, Fetched(records=()))
    here.deliver("scraper", chunk(here, SCHEDULE, "06:00"))
    (row,) = rows(here)
    assert (row["status"], row["complete"], row["gcs_path"]) == ("no_data", False, None)


def test_of_two_writers_of_one_name_the_second_tells_what_is_in_the_file(here: Here) -> None:
    """Two executions decided at one instant ask at once: between look and write the other came."""
    mine = chunk(here, LINES, "22:00")
    other = chunk(here, LINES, "22:00", "other.1")

    def give(ask: Ask) -> Fetched:
        sources.give = lambda _: covering(ONE)
        here.deliver("scraper", other)
        return Fetched(records=[{"n": n} for n in range(3)], covers=())

    sources = given(here, give)
    here.deliver("scraper", mine)
    first, second = rows(here)
    assert first["gcs_path"] == second["gcs_path"]
    assert (first["record_count"], second["record_count"]) == (1, 1)
    assert json.loads(here.raw.read(first["gcs_path"]))["records"] == [{"game": ONE}]


def test_a_raw_bucket_that_is_down_is_no_outcome_and_comes_again(here: Here) -> None:
    found = chunk(here, LINES, "22:00")
    sources = given(here, covering(ONE))
    raw = here.raw

    class Down:
        def stat(self, _: str) -> None:
            raise PortUnavailable("the raw bucket is down")

    object.__setattr__(here.world, "raw", Down())
    with pytest.raises(PortUnavailable):
        here.deliver("scraper", found)
    object.__setattr__(here.world, "raw", raw)
    here.deliver("scraper", found)
    assert [row["status"] for row in rows(here)] == ["success"]
    assert len(sources.asked) == 1


def test_no_target_starts_later_than_seven_minutes_into_its_chunk(here: Here) -> None:
    """The first box takes 421 seconds of the 540 that a delivery has."""

    def slow(ask: Ask) -> Fetched:
        here.clock.sleep(421)
        return covering(ask.target.id)

    sources = given(here, slow)
    here.deliver("scraper", chunk(here, BOX, "+01:30"))
    assert [row["error_type"] for row in rows(here)] == [None, "out_of_time"]
    assert len(sources.asked) == 1


def test_a_target_without_a_parameter_that_its_scraper_needs_asks_nobody(here: Here) -> None:
    sources = given(here, covering(ONE))
    found = chunk(here, BOX, "+01:30")
    bare = replace(found.targets[0], params={"date": "2025-11-12", "season": "2025-26"})
    here.deliver("scraper", replace(found, targets=(bare,)))
    (row,) = rows(here)
    assert row["error_type"] == "missing_parameter"
    assert "needs game" in row["error_message"]
    assert sources.asked == []


def test_after_midnight_a_file_lies_under_the_date_of_its_games(here: Here) -> None:
    given(here, covering(ONE, TWO))
    here.deliver("scraper", chunk(here, LINES, "+04:00"))
    (row,) = rows(here)
    assert row["gcs_path"].split("/")[2] == row["target_date"] == "2025-11-12"


def test_a_schedule_of_another_season_is_kept_as_a_file_only(here: Here) -> None:
    last = NOV_12.replace(year=2024)
    before = here.names("schedules/")
    old = {**entry(1, "2024-11-13T00:00"), "gameId": "0022400001"}
    answer = feed(old).json() | {}
    answer["leagueSchedule"]["seasonYear"] = "2024-25"
    import httpx

    here.answer = lambda _: httpx.Response(200, json=answer)
    here.at("14:00")
    here.clock.advance(timedelta(minutes=1).total_seconds())
    here.deliver("scraper", ScrapeRequest(scraper=SCHEDULE, target_date=last))
    (row,) = rows(here)
    assert row["status"] == "success", row["error_message"]
    assert here.names("schedules/") == before
    assert records.newest_schedule(here.state, here.config) is not None
