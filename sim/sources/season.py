"""The schedule as the league knows it at an instant: the calendar and the changes made so far."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from shared.core.calendar import Calendar
from shared.core.errors import BadInput
from shared.core.games import Game, GameStatus

#: From an instant on, a game has a new tip or is postponed.
Change = tuple[datetime, str, datetime | Literal["postponed"]]


class Seasons:
    """The calendar before, between and after the changes."""

    def __init__(self, calendar: Calendar, changes: Sequence[Change]) -> None:
        """Raises BadInput for a change of a game that the calendar has not."""
        ordered = sorted(changes, key=lambda change: change[0])
        self._instants = [instant.astimezone(UTC) for instant, _, _ in ordered]
        self._calendars = [calendar]
        for n, (_, game_id, what) in enumerate(ordered):
            games = {game.game_id: game for game in self._calendars[-1].games}
            if game_id not in games:
                raise BadInput(f"changes[{n}]", game_id, "the id of a game of the calendar")
            games[game_id] = _changed(games[game_id], what, f"changes[{n}]")
            self._calendars.append(Calendar.of(games.values(), preseason=calendar.preseason))

    @property
    def instants(self) -> Sequence[datetime]:
        """When the schedule changes, in order."""
        return self._instants

    def number(self, now: datetime) -> int:
        """How many changes were made by `now`."""
        return bisect_right(self._instants, now)

    def at(self, now: datetime) -> Calendar:
        """The calendar as known at `now`."""
        return self._calendars[self.number(now)]

    @property
    def last(self) -> Calendar:
        """The calendar after all changes: what really happens."""
        return self._calendars[-1]


def _changed(game: Game, what: object, place: str) -> Game:
    if what == "postponed":
        return replace(game, status=GameStatus.POSTPONED)
    if isinstance(what, datetime):
        return replace(game, tip=what, tip_known=True, status=GameStatus.SCHEDULED)
    raise BadInput(place, what, "a new tip or postponed")
