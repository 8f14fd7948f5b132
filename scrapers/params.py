"""What a fetcher was asked, in one place: canonical parameters and the games of the day."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from scrapers.base import Ask
from shared.core.days import aware, season_of
from shared.core.errors import BadInput
from shared.core.teams import TEAMS
from shared.errors import SourceFailure

#: Spellings of team names beside those of TEAMS.
_ALIASES = {"LA Clippers": "LAC", "LA Lakers": "LAL"}
_TRICODES = {team.name: code for code, team in TEAMS.items()} | _ALIASES
_GAMES_ALLOWED = 'a JSON list of {"id", "away", "home", "tip"}'


@dataclass(frozen=True, kw_only=True, slots=True)
class DayGame:
    """A game of the day that is asked for, as the execution carries it."""

    game_id: str
    away: str
    home: str
    tip: datetime


def need(ask: Ask, name: str) -> str:
    """The canonical parameter `name`; `missing_parameter` before anything is asked."""
    value = ask.target.params.get(name)
    if not value and ask.target.kind.value == name:
        value = ask.target.id
    if not value:
        there = ", ".join(sorted(ask.target.params)) or "none"
        raise SourceFailure(
            "missing_parameter",
            f"{ask.scraper}: needs the parameter [{name}]; {ask.target.kind} target "
            f"[{ask.target.id}] has: {there}",
        )
    return value


def given(ask: Ask, name: str) -> str | None:
    """The parameter `name` of the target or of the run's options; None when nobody gave it."""
    return ask.target.params.get(name) or ask.options.get(name) or None


def need_date(ask: Ask) -> date:
    """The parameter `date` as a date."""
    text = need(ask, "date")
    try:
        return date.fromisoformat(text)
    except ValueError as e:
        raise SourceFailure(
            "missing_parameter", f"{ask.scraper}: date is [{text}], not YYYY-MM-DD"
        ) from e


def season(ask: Ask) -> str:
    """The season string (2025-26) of the day that is asked for."""
    return ask.target.params.get("season") or season_of(need_date(ask))


def day_games(ask: Ask) -> tuple[DayGame, ...] | None:
    """The day's games from the option `games`; None when the asker carries none (by hand)."""
    text = ask.options.get("games")
    if text is None:
        return None
    try:
        return tuple(
            DayGame(
                game_id=str(game["id"]),
                away=str(game["away"]),
                home=str(game["home"]),
                tip=aware(datetime.fromisoformat(game["tip"]), "option games, tip"),
            )
            for game in json.loads(text)
        )
    except (ValueError, TypeError, KeyError) as e:
        raise BadInput(f"{ask.scraper}: option games", text[:80], _GAMES_ALLOWED) from e


def by_teams(games: Sequence[DayGame] | None) -> dict[tuple[str, str], DayGame]:
    """The games by (away, home); a pair plays once a day."""
    return {(game.away, game.home): game for game in games or ()}


def tricode(name: object) -> str | None:
    """The league's tricode for a full team name or a tricode; None for anybody else."""
    text = str(name).strip()
    return text if text in TEAMS else _TRICODES.get(text)
