"""Why a fetched schedule must not replace the newest valid one: a feed can be empty or torn.

A schedule that a person imports on purpose is the person's decision and needs no guard.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime

from shared.core.calendar import Calendar
from shared.core.days import day_of_instant, season_of
from shared.core.games import CALLED_OFF, Game, GameType

#: A fetched schedule must still know this part of the coming games of the old one.
KEPT_SHARE = 0.8
#: So few may always go: near the season's end 20 % is less than one game.
SPARE = 5
#: From so many coming games on, more than half of them moved at once is a fault of the feed.
MOVED_MIN = 10
#: Play-off games that a series no longer needs vanish from the feed by right.
LASTING = frozenset({GameType.REGULAR, GameType.CUP_FINAL, GameType.PLAY_IN})


def refuse_reason(new: Calendar, old: Calendar | None, now: datetime) -> str | None:
    """Why `new` must not replace `old`, in one sentence; None when it may."""
    if not new.games:
        return "the fetched schedule has no games at all"
    today = day_of_instant(now)
    reason = _stale(new, today)
    if reason or old is None or not old.games:
        return reason
    reason = _other_season(new, old, today)
    if reason or _season(new) != _season(old):
        return reason
    if reason := _vanished(new, old, today):
        return reason
    return _torn(_ahead(new, today), _ahead(old, today), new)


def _season(calendar: Calendar) -> str:
    """The season of most games; of two the later."""
    seasons = Counter(game.season for game in calendar.games)
    return max(seasons, key=lambda season: (seasons[season], season))


def _ahead(calendar: Calendar, today: date) -> Mapping[str, Game]:
    """By id the lasting games from today on; called-off ones too: the feed still knows them."""
    return {g.game_id: g for g in calendar.games if g.type in LASTING and g.day >= today}


def _stale(new: Calendar, today: date) -> str | None:
    """Last season's schedule in the middle of this one would look like days without games."""
    season, current, over = _season(new), season_of(today), new.games[-1].day
    in_season = today.month >= 10 or today.month <= 6
    if in_season and season < current and over < today:
        return f"the fetched schedule is of {season} and ended on {over}; today is in {current}"
    return None


def _other_season(new: Calendar, old: Calendar, today: date) -> str | None:
    fetched, kept = _season(new), _season(old)
    if fetched < kept:
        return f"the fetched schedule is of {fetched}, before the {kept} that is kept"
    if fetched > kept and (season_of(today) == kept or old.games[-1].day >= today):
        return f"the fetched schedule is of {fetched} while {kept} is still going"
    return None


def _vanished(new: Calendar, old: Calendar, today: date) -> str | None:
    """A game of today may move or be called off, but the feed still knows it: also one of a series,
    which is over a day before a game that it no longer needs."""
    due = [game for game in old.games if game.day == today and game.status not in CALLED_OFF]
    gone = [game.game_id for game in due if new.game(game.game_id) is None]
    if not gone:
        return None
    return f"{len(gone)} of today's {len(due)} games are gone, such as {', '.join(gone[:3])}"


def _torn(new: Mapping[str, Game], old: Mapping[str, Game], whole: Calendar) -> str | None:
    if len(new) < KEPT_SHARE * len(old) and len(old) - len(new) > SPARE:
        gone = [game_id for game_id in old if whole.game(game_id) is None]
        return (
            f"the fetched schedule has {len(new)} games from today on, the kept one {len(old)};"
            f" {len(gone)} ids are gone, such as {', '.join(gone[:3]) or 'none'}"
        )
    both = [(new[i], old[i]) for i in new if i in old and old[i].tip_known]
    moved = [a for a, b in both if a.tip != b.tip]
    if len(both) >= MOVED_MIN and 2 * len(moved) > len(both):
        return (
            f"{len(moved)} of {len(both)} coming games moved at once,"
            f" such as {moved[0].game_id} to {moved[0].tip:%Y-%m-%d %H:%M} UTC"
        )
    return None
