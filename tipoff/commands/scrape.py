"""`tipoff scrape`: one scraper by hand, outside any workflow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from shared.core.errors import BadInput
from tipoff.commands.by_hand import Live, run_by_hand
from tipoff.commands.cloud import Project
from tipoff.commands.options import (
    AsJson,
    At,
    Data,
    FolderConfig,
    day_of,
    instant_of,
    one_of,
    settings_in,
)
from tipoff.commands.trigger import Fresh, TargetDate

if TYPE_CHECKING:
    from shared.core.ports import Message
    from shared.core.workflows import Config, Scraper

#: What the odds sources take besides.
ODDS = ("regions", "bookmakers", "markets")

#: How the league writes a season; ASCII digits alone.
SEASON = re.compile(r"[0-9]{4}-[0-9]{2}")


def scrape(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The scraper, with hyphens or underscores.")
    ],
    date: TargetDate = None,
    game: Annotated[
        str | None, typer.Option("--game", metavar="ID", help="Only this game of the date.")
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", metavar="K=V", help="A parameter; may be given again."),
    ] = None,
    at: At = None,
    data: Data = None,
    config: FolderConfig = None,
    project: Project = None,
    *,
    fresh: Fresh = False,
    live: Live = False,
    json: AsJson = False,
) -> None:
    """Run one scraper by hand.

    Files, rows and loads come as of any other run, with source MANUAL. A running `tipoff up` on
    the folder delivers it, else it is delivered here, in simulated time with --at and in a
    folder of simulated days. With --project the cloud's own functions take it.

    \b
    Examples:
      tipoff scrape bdl-standings
      tipoff scrape nbac_play_by_play --date 2025-11-12 --game 0022500213
      tipoff scrape espn_roster --param team=BOS
    \b
    Exit codes: 0 it ended well, 1 it failed, 2 bad input, 3 folder unusable.
    """
    settings = settings_in(data, config, project)
    day = day_of(date, "--date") if date else None

    def build(known: Config) -> Message:
        from shared.core.messages import ScrapeRequest
        from shared.messages import message, scrape_topic

        entry = _entry(known, name)
        if game is not None and entry.target.value != "game":
            raise BadInput("--game", game, f"nothing: {entry.name} is asked per {entry.target}")
        params = {key: _value(key, text) for key, text in _params(entry, param or []).items()}
        request = ScrapeRequest(
            scraper=entry.name,
            target_date=day,
            game=_game_id(game) if game is not None else None,
            params=params,
            fresh=fresh,
        )
        return message(scrape_topic(entry.source), request)

    instant = instant_of(at, "--at") if at else None
    run_by_hand(settings, build, at=instant, live=live, json=json, project=project)


def _entry(known: Config, name: str) -> Scraper:
    """The registry's entry; BadInput for unknown names and for those without a fetcher."""
    entry = known.scrapers[one_of("scraper", name.replace("-", "_"), known.scrapers)]
    if not entry.available:
        there = sorted(each.name for each in known.scrapers.values() if each.available)
        raise BadInput(f"scraper {entry.name}", "nothing fetches it yet", ", ".join(there))
    return entry


def _game_id(text: str) -> str:
    """The game's id, with the leading zeros that spreadsheets drop; BadInput for no id."""
    from shared.core.games import NBA_ID, safe_id

    padded = text.zfill(10)
    return padded if NBA_ID.fullmatch(padded) else safe_id(text, "--game")


def _value(key: str, text: str) -> str:
    """A parameter's value; BadInput for one that cannot be right: it becomes part of names."""
    from shared.core.targets import SAFE
    from shared.core.teams import TEAMS

    place = f"--param {key}"
    match key:
        case "season":
            # 2025-26: the second year follows the first.
            if not SEASON.fullmatch(text) or (int(text[:4]) + 1) % 100 != int(text[5:]):
                raise BadInput(place, text, "a season as 2025-26")
        case "team":
            return one_of(place, text.upper(), TEAMS)
        case _ if key in ODDS:
            if not all(part and SAFE.issuperset(part) for part in text.split(",")):
                raise BadInput(place, text, "letters, digits and - _ : +, with commas between")
        case _:
            if not SAFE.issuperset(text):
                raise BadInput(place, text, "letters, digits and - _ : +")
    return text


def _params(entry: Scraper, given: list[str]) -> dict[str, str]:
    """K=V pairs; BadInput for one without =, an unknown key, and a key given twice."""
    odds = ODDS if entry.target.value == "event" else ()
    own = {entry.target.value} - {"game", "date"}
    allowed = {*entry.params, *entry.optional, *entry.options, *own, *odds} - {"date", "game"}
    found: dict[str, str] = {}
    for pair in given:
        key, equals, value = pair.partition("=")
        if not equals or not key or not value:
            raise BadInput("--param", pair, "K=V")
        if key in found:
            raise BadInput("--param", f"{key} twice", "each key once")
        if key in ("date", "game"):
            raise BadInput("--param", key, f"the option --{key}")
        if key not in allowed:
            raise BadInput("--param", key, ", ".join(sorted(allowed)) or "none")
        found[key] = value
    return found
