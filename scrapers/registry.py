"""Which fetcher a scraper's name stands for; a module is imported when first used."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import cast

from scrapers.base import Fetcher
from shared.core.errors import BadInput

#: Registry key to module of scrapers/fetchers and function.
_OURS: dict[str, str] = {
    "nbac_schedule_api": "nba_stats:fetch_schedule",
    "nbac_player_list": "nba_stats:fetch_player_list",
    "nbac_player_boxscore": "nba_stats:fetch_player_boxscore",
    "nbac_team_boxscore": "nba_stats:fetch_team_boxscore",
    "nbac_play_by_play": "nba_cdn:fetch_play_by_play",
    "nbac_referee_assignments": "nba_official:fetch_referee_assignments",
    "nbac_injury_report": "injury_report:fetch_injury_report",
    "nbac_schedule": "nba_schedule_files:fetch_schedule",
    "nbac_schedule_cdn": "nba_schedule_files:fetch_schedule_cdn",
    "nbac_scoreboard_v2": "nba_stats_lists:fetch_scoreboard",
    "nbac_player_movement": "nba_stats_lists:fetch_player_movement",
    "nbac_gamebook_pdf": "gamebook:fetch_gamebook",
    "nbac_roster": "nba_web:fetch_roster",
    "br_season_roster": "basketball_reference:fetch_season_roster",
    "bigdataball_discovery": "bigdataball:fetch_listing",
    "bigdataball_pbp": "bigdataball:fetch_play_by_play",
    "oddsa_events": "odds_api:fetch_events",
    "oddsa_player_props": "odds_api:fetch_player_props",
    "oddsa_game_lines": "odds_api:fetch_game_lines",
    "oddsa_events_his": "odds_api_history:fetch_events_his",
    "oddsa_player_props_his": "odds_api_history:fetch_player_props_his",
    "oddsa_game_lines_his": "odds_api_history:fetch_game_lines_his",
    "oddsa_team_players": "odds_api_players:fetch_team_players",
    "bdl_box_scores": "balldontlie:fetch_box_scores",
    "bdl_standings": "balldontlie:fetch_standings",
    "bdl_active_players": "balldontlie:fetch_active_players",
    "bdl_games": "balldontlie_games:fetch_games",
    "bdl_player_box_scores": "balldontlie_games:fetch_player_box_scores",
    "bdl_injuries": "balldontlie_games:fetch_injuries",
    "espn_roster": "espn:fetch_roster",
    "espn_scoreboard": "espn:fetch_scoreboard",
    "espn_game_boxscore": "espn_box:fetch_game_boxscore",
    "bp_events": "bettingpros:fetch_events",
    "bp_player_props": "bettingpros:fetch_player_props",
}
_WHERE = {name: f"scrapers.fetchers.{where}" for name, where in _OURS.items()}
#: Registry key to module and function.
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


def own_fetcher(folder: Path, where: str) -> Fetcher:
    """The fetcher at `where`, `fetchers/name.py:function` below a configuration's folder.

    BadInput when there is no such file or function. The file is run once a process.
    """
    file, _, function = where.partition(":")
    path = (folder / file).resolve()
    found = getattr(_module(path, where), function, None)
    if not callable(found):
        raise BadInput(f"fetcher {where}", f"no {function} in {path.name}", "a function there")
    return cast(Fetcher, found)


@cache
def _module(path: Path, where: str) -> ModuleType:
    # A name of its own, and known to sys.modules: dataclasses look their module up there.
    name = f"tipoff_own_{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise BadInput(f"fetcher {where}", f"no file {path}", "a .py file in the config folder")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def register(name: str, where: str) -> None:
    """Let `name` be fetched by `where`, a module:function: a source that is not of the house.

    BadInput when the name has a fetcher already: a second one would silently replace it.
    """
    if _WHERE.setdefault(name, where) != where:
        raise BadInput(f"fetcher of {name}", where, f"{_WHERE[name]}, which it has already")
