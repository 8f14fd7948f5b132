"""Real answers of the league and of BigDataBall, where TIPOFF_SAMPLES names a folder of them.

None is in this repository. `pytest -s` prints how many records each file holds.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from scrapers.base import Fetched
from shared.core.targets import TargetKind
from tests.scrapers.world import Site, ask, fetch, ok

FOLDER = os.environ.get("TIPOFF_SAMPLES", "")
#: After every sample was taken.
LATER = datetime(2026, 7, 1, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not FOLDER, reason="TIPOFF_SAMPLES names no folder")


def told(scraper: str, file: str, fetched: Fetched) -> Fetched:
    """The same, after its records were seen to be what a file can hold."""
    records = [dict(record) for record in fetched.records]
    assert records
    assert json.loads(json.dumps(records, allow_nan=False)) == records
    sys.stdout.write(f"\n{scraper} {file}: {len(records)} records")
    return fetched


@pytest.mark.parametrize("scraper", ["nbac_schedule_api", "nbac_schedule", "nbac_schedule_cdn"])
def test_a_real_schedule_is_understood(scraper: str) -> None:
    file = "nbacom_scheduleLeagueV2_excerpt.json"
    day = date(2024, 10, 22)
    payload = json.loads(Path(FOLDER, file).read_text(encoding="utf-8"))
    asked = ask(scraper, id_=day.isoformat(), day=day, now=LATER, games=None)
    fetched = told(scraper, file, fetch(asked, Site(ok(payload))))
    assert fetched.covers == (day.isoformat(),)
    assert {record["seasonYear"] for record in fetched.records} == {"2024-25"}


def test_a_real_play_by_play_with_line_ups_is_understood() -> None:
    file = "bigdataball_pbp_sample.csv"
    game, day = "0042100216", date(2022, 5, 13)
    body = Path(FOLDER, file).read_bytes()
    listed = {
        "id": "f1",
        "name": f"[{day}]-{game}-BOS@MIL.csv",
        "size": str(len(body)),
        "modifiedTime": "2022-05-14T12:00:00Z",
    }
    site = Site(ok({"files": [listed]}), httpx.Response(200, content=body))
    asked = ask("bigdataball_pbp", kind=TargetKind.GAME, id_=game, day=day, now=LATER, games=None)
    fetched = told("bigdataball_pbp", file, fetch(asked, site))
    assert {record["game_id"] for record in fetched.records} == {game}
    assert fetched.records[2]["player"] == "Jaylen Brown"
    # The sample is the game's beginning.
    assert fetched.covers == ()


@pytest.mark.parametrize(
    ("scraper", "file", "game", "day"),
    [
        (
            "nbac_team_boxscore",
            "nbacom_stats_boxscoretraditionalv3.json",
            "0022500165",
            date(2025, 11, 4),
        ),
        ("nbac_play_by_play", "nbacom_live_playbyplay.json", "0022000180", date(2021, 1, 15)),
    ],
)
def test_a_real_file_of_one_game_is_understood(
    scraper: str, file: str, game: str, day: date
) -> None:
    payload = json.loads(Path(FOLDER, file).read_text(encoding="utf-8"))
    asked = ask(scraper, kind=TargetKind.GAME, id_=game, day=day, now=LATER, games=None)
    told(scraper, file, fetch(asked, Site(ok(payload))))
