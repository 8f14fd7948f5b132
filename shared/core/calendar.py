"""The season index: every game, looked up by game day or id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from shared.core.errors import BadInput
from shared.core.games import CALLED_OFF, COUNTING, Game, GameType, game_from_record

_Days = Mapping[date, tuple[Game, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """All games, one per id (the last given wins), sorted by (tip, id) and indexed once."""

    games: tuple[Game, ...]
    #: Whether preseason games count.
    preseason: bool = False
    _by_id: Mapping[str, Game] = field(init=False, repr=False, compare=False)
    _all: _Days = field(init=False, repr=False, compare=False)
    _counting: _Days = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort, drop second rows of an id and build the indexes."""
        by_id = {game.game_id: game for game in self.games}
        games = tuple(sorted(by_id.values(), key=lambda game: (game.tip, game.game_id)))
        object.__setattr__(self, "games", games)
        object.__setattr__(self, "_by_id", by_id)
        object.__setattr__(self, "_all", _by_day(games))
        object.__setattr__(self, "_counting", _by_day(g for g in games if self.counts(g)))

    @classmethod
    def of(cls, games: Iterable[Game], *, preseason: bool = False) -> Calendar:
        """A calendar of `games`, in any order."""
        return cls(games=tuple(games), preseason=preseason)

    def counts(self, game: Game) -> bool:
        """Whether data is expected of `game`: `Game.counts`, and preseason if it counts here."""
        if self.preseason and game.type is GameType.PRESEASON:
            return game.status not in CALLED_OFF
        return game.counts

    def on(self, day: date) -> tuple[Game, ...]:
        """The games that count on `day`, sorted by (tip, id)."""
        return self._counting.get(day, ())

    def all_on(self, day: date) -> tuple[Game, ...]:
        """Every game of `day`: postponed, All-Star and preseason too."""
        return self._all.get(day, ())

    def owed_on(self, day: date) -> tuple[Game, ...]:
        """The games of `day` of a kind that counts, those called off too."""
        return tuple(game for game in self.all_on(day) if self._kind_counts(game))

    def _kind_counts(self, game: Game) -> bool:
        return game.type in COUNTING or (self.preseason and game.type is GameType.PRESEASON)

    def game(self, game_id: str) -> Game | None:
        """The game of that id, if there is one."""
        return self._by_id.get(game_id)

    def days(self) -> tuple[date, ...]:
        """The days with games that count, in order."""
        return tuple(self._counting)

    def first_day(self) -> date | None:
        """The first day with a game that counts, if any."""
        return next(iter(self._counting), None)

    def last_day(self) -> date | None:
        """The last day with a game that counts, if any."""
        return next(reversed(tuple(self._counting)), None)

    def to_records(self) -> list[dict[str, object]]:
        """Every game in the normal form kept in schedules/<instant>.json, sorted."""
        return [game.to_record() for game in self.games]

    @classmethod
    def from_records(
        cls, records: Sequence[object], *, preseason: bool = False, place: str = "schedule"
    ) -> Calendar:
        """The calendar that `to_records` wrote; BadInput names record and key."""
        if not isinstance(records, list | tuple):
            raise BadInput(place, type(records).__name__, "a list of games")
        games = (game_from_record(each, f"{place}[{n}]") for n, each in enumerate(records))
        return cls.of(games, preseason=preseason)


def _by_day(games: Iterable[Game]) -> _Days:
    days: dict[date, list[Game]] = {}
    for game in games:
        days.setdefault(game.day, []).append(game)
    return {day: tuple(found) for day, found in days.items()}
