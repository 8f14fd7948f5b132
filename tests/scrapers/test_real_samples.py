"""Real answers of the sources, where somebody has a folder of them: none is in this repository.

TIPOFF_SAMPLES names the folder; without it there is nothing to read and the tests are skipped.
`pytest -s` prints how many records each file holds.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.core.targets import TargetKind
from tests.scrapers.world import Site, ask, fetch, ok

FOLDER = os.environ.get("TIPOFF_SAMPLES", "")
#: After every sample was taken.
LATER = datetime(2026, 7, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A file, the scraper that reads it, and what was asked for."""

    file: str
    scraper: str
    day: date
    kind: TargetKind = TargetKind.DATE
    id_: str = ""
    #: From the file's payload to the answers of the site.
    answers: Callable[[Any], list[httpx.Response]] = lambda payload: [ok(payload)]
    options: Mapping[str, str] = field(default_factory=dict)


def by_date(payload: Any) -> list[httpx.Response]:
    """The excerpt holds the games of several dates; the source gives one date's."""
    return [ok({"data": [game for game in payload if game["date"][:10] == "2024-04-04"]})]


SAMPLES = (
    Sample(
        file="oddsapi_v4_scores_as_events.json",
        scraper="oddsa_events",
        day=date(2024, 2, 22),
    ),
    Sample(
        file="oddsapi_v4_event_odds_player_points.json",
        scraper="oddsa_player_props",
        day=date(2024, 2, 22),
        kind=TargetKind.EVENT,
        id_="f54c4a22568ce9dc33fb410d1b0e75e9",
    ),
    Sample(
        file="oddsapi_v4_odds_h2h_spreads_totals_excerpt.json",
        scraper="oddsa_game_lines",
        day=date(2022, 11, 22),
        kind=TargetKind.EVENT,
        id_="63330b334dfcd7aa56e69624617bc273",
        answers=lambda payload: [ok(payload[0])],
    ),
    Sample(
        file="oddsapi_v4_historical_event_odds_truncated.json",
        scraper="oddsa_player_props_his",
        day=date(2023, 11, 29),
        kind=TargetKind.EVENT,
        id_="da359da99aa27e97d38f2df709343998",
        options={"snapshot": "2023-11-29T22:45:00Z", "markets": "h2h_q1"},
    ),
    Sample(
        file="oddsapi_v4_historical_event_odds_truncated.json",
        scraper="oddsa_events_his",
        day=date(2023, 11, 29),
        answers=lambda payload: [ok({**payload, "data": [payload["data"]]})],
        options={"snapshot": "2023-11-29T22:45:00Z"},
    ),
    Sample(
        file="balldontlie_v1_games_excerpt.json",
        scraper="bdl_games",
        day=date(2024, 4, 4),
        answers=by_date,
    ),
    Sample(
        file="balldontlie_v1_stats_one_game.json",
        scraper="bdl_player_box_scores",
        day=date(2023, 11, 6),
        answers=lambda payload: [ok({"data": payload["home"] + payload[visitors(payload)]})],
    ),
    Sample(
        file="espn_scoreboard_excerpt.json",
        scraper="espn_scoreboard",
        day=date(2024, 1, 1),
    ),
)


def visitors(payload: Mapping[str, Any]) -> str:
    """The key of the other team's lines."""
    return next(key for key in payload if key != "home")


@pytest.mark.skipif(not FOLDER, reason="TIPOFF_SAMPLES names no folder")
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.scraper}")
def test_a_real_answer_is_understood(sample: Sample) -> None:
    payload = json.loads(Path(FOLDER, sample.file).read_text(encoding="utf-8"))
    day = sample.day
    if sample.scraper == "espn_scoreboard":
        day = date.fromisoformat(payload.get("day", {}).get("date", day.isoformat()))
    more: dict[str, Any] = {"day": day, "now": LATER, "games": None, **sample.options}
    asked = ask(sample.scraper, kind=sample.kind, id_=sample.id_ or day.isoformat(), **more)
    fetched = fetch(asked, Site(*sample.answers(payload)))
    assert fetched.records
    assert json.loads(json.dumps([dict(record) for record in fetched.records], allow_nan=False))
    sys.stdout.write(f"\n{sample.scraper} {sample.file}: {len(fetched.records)} records")
