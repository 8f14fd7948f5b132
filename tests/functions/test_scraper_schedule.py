"""scraper: a fetched schedule becomes the newest one, or its run fails and says why."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shared import records
from shared.core.messages import ScrapeRequest
from tests.core.made import at
from tests.functions.worlds import Here

SCHEDULE = "nbac_schedule_api"


def feed(*games: dict[str, Any]) -> httpx.Response:
    dates = [{"gameDate": "11/12/2025 00:00:00", "games": list(games)}]
    return httpx.Response(
        200, json={"leagueSchedule": {"seasonYear": "2025-26", "gameDates": dates}}
    )


def entry(number: int, tip: str, status: str = "7:00 pm ET") -> dict[str, Any]:
    """A game of the feed; `tip` is UTC."""
    return {
        "gameId": f"00225{number:05d}",
        "gameStatus": 1,
        "gameStatusText": status,
        "gameDateTimeUTC": f"{tip}:00Z",
        "homeTeam": {"teamId": 1610612752, "teamTricode": "NYK"},
        "awayTeam": {"teamId": 1610612738, "teamTricode": "BOS"},
    }


def scrape(here: Here, answer: httpx.Response) -> Any:
    here.answer = lambda _: httpx.Response(answer.status_code, content=answer.content)
    here.at("14:00")
    here.deliver("scraper", ScrapeRequest(scraper=SCHEDULE))
    return here.rows("scraper_execution_log")[0]


def test_a_fetched_schedule_is_the_newest_from_then_on(here: Here) -> None:
    moved = feed(entry(1, "2025-11-13T03:00"), entry(2, "2025-11-13T03:30"))
    row = scrape(here, moved)
    assert (row["status"], row["record_count"]) == ("success", 2), row["error_message"]
    newest = records.newest_schedule(here.state, here.config)
    assert newest is not None
    assert newest.name == "schedules/20251112T190000Z.json"
    tips = {game.game_id: game.tip for game in newest.calendar.games}
    assert tips["0022500001"] == at("22:00")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        # Last season's schedule in the middle of this one would look like days without games.
        (feed({**entry(1, "2025-03-12T23:00"), "gameId": "0022400001"}), "schedule_refused"),
        (httpx.Response(200, json={"leagueSchedule": {}}), "malformed"),
        (httpx.Response(503), "http_5xx"),
    ],
)
def test_a_schedule_that_must_not_be_believed_changes_nothing(
    here: Here, answer: httpx.Response, error: str
) -> None:
    before = here.names("schedules/")
    row = scrape(here, answer)
    assert (row["status"], row["error_type"]) == ("failed", error)
    assert here.names("schedules/") == before
    assert row["gcs_path"] is None
    refused = error == "schedule_refused"
    assert bool(here.log.of("CRITICAL")) == refused
    assert refused == ("allowed: a schedule that can replace" in row["error_message"])


def test_a_schedule_without_any_game_is_no_data_and_no_day_without_games(here: Here) -> None:
    before = here.names("schedules/")
    assert scrape(here, feed())["status"] == "no_data"
    assert here.names("schedules/") == before
