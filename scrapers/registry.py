"""Which fetcher a scraper's name stands for; a module is imported when first used."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import cast

from scrapers.base import Fetcher
from shared.core.errors import BadInput

#: Registry key to module and function.
_WHERE: dict[str, str] = {
    "nbac_schedule_api": "scrapers.nba_stats:fetch_schedule",
    "nbac_player_list": "scrapers.nba_stats:fetch_player_list",
    "nbac_player_boxscore": "scrapers.nba_stats:fetch_player_boxscore",
    "nbac_team_boxscore": "scrapers.nba_stats:fetch_team_boxscore",
    "nbac_play_by_play": "scrapers.nba_cdn:fetch_play_by_play",
    "nbac_referee_assignments": "scrapers.nba_official:fetch_referee_assignments",
    "nbac_injury_report": "scrapers.injury_report:fetch_injury_report",
    "oddsa_events": "scrapers.odds_api:fetch_events",
    "oddsa_player_props": "scrapers.odds_api:fetch_player_props",
    "oddsa_game_lines": "scrapers.odds_api:fetch_game_lines",
    "bdl_box_scores": "scrapers.balldontlie:fetch_box_scores",
    "bdl_standings": "scrapers.balldontlie:fetch_standings",
    "bdl_active_players": "scrapers.balldontlie:fetch_active_players",
    "espn_roster": "scrapers.espn:fetch_roster",
}
WHERE: Mapping[str, str] = MappingProxyType(_WHERE)


class _Lazy(Mapping[str, Fetcher]):
    """The fetchers by name; looking one up imports its module."""

    def __getitem__(self, name: str) -> Fetcher:
        module, _, function = WHERE[name].partition(":")
        return cast(Fetcher, getattr(importlib.import_module(module), function))

    def __iter__(self) -> Iterator[str]:
        return iter(WHERE)

    def __len__(self) -> int:
        return len(WHERE)


FETCHERS: Mapping[str, Fetcher] = _Lazy()


def fetcher(name: str) -> Fetcher:
    """The fetcher of scraper `name`; BadInput names those that exist."""
    if name not in WHERE:
        raise BadInput("scraper without a fetcher", name, "one of " + ", ".join(sorted(WHERE)))
    return FETCHERS[name]


def register(name: str, where: str) -> None:
    """Let `name` be fetched by `where`, a module:function: a source that is not of the house.

    BadInput when the name has a fetcher already: a second one would silently replace it.
    """
    if _WHERE.setdefault(name, where) != where:
        raise BadInput(f"fetcher of {name}", where, f"{_WHERE[name]}, which it has already")
