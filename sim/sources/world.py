"""SourceWorld: what is known and published of the simulated world at an instant."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, time

from shared.core.calendar import Calendar
from shared.core.days import day_of_instant
from shared.core.games import CALLED_OFF, Game, GameStatus
from sim.sources import timing, troubles
from sim.sources.chance import Chance
from sim.sources.played import Played
from sim.sources.season import Change, Seasons
from sim.sources.timing import Dataset


class SourceWorld(Played):
    """The world that all simulated sources tell of. Safe to share between threads."""

    def __init__(
        self,
        calendar: Calendar,
        *,
        seed: int,
        troubles: bool = True,
        changes: Sequence[Change] = (),
    ) -> None:
        """`changes`: from an instant on, a game has a new tip or is postponed.

        Raises BadInput for a change that is none, or of a game that the calendar has not.
        """
        super().__init__(Chance(seed), Seasons(calendar, changes))
        self.troubled = troubles

    # The schedule.

    def calendar(self, now: datetime) -> Calendar:
        """The schedule as the league knows it at `now`; statuses in it mean nothing yet."""
        return self.seasons.at(now)

    def on(self, day: date, now: datetime) -> tuple[Game, ...]:
        """The games that are to be played on `day`, as known at `now`: not the called off."""
        games = self.calendar(now).all_on(day)
        return tuple(game for game in games if game.status not in CALLED_OFF and game.home)

    def phase(self, game_id: str, now: datetime) -> int:
        """0 before the start, 1 to 4 the quarters, 5 when it is over."""
        game, times = self.calendar(now).game(game_id), self.times(game_id)
        if not game or not times or game.status in CALLED_OFF:
            return 0
        return times.phase(now)

    def status(self, game_id: str, now: datetime) -> GameStatus:
        """The game's status as the league gives it at `now`."""
        game = self.calendar(now).game(game_id)
        if game and game.status in CALLED_OFF:
            return game.status
        phase = self.phase(game_id, now)
        return {0: GameStatus.SCHEDULED, 5: GameStatus.FINAL}.get(phase, GameStatus.LIVE)

    def published(self, game_id: str, dataset: Dataset) -> datetime | None:
        """When `dataset` of the game is whole; None if it never is."""
        times = self.times(game_id)
        return timing.published(self.chance, game_id, times, dataset) if times else None

    def is_out(self, game_id: str, dataset: Dataset, now: datetime) -> bool:
        """Whether `dataset` of the game is whole by `now`."""
        at = self.published(game_id, dataset)
        return at is not None and at <= now

    def moments(self) -> Sequence[datetime]:
        """The instants at which what the schedule says changes, sorted."""

        def make() -> list[datetime]:
            found = list(self.seasons.instants)
            for game in self.seasons.last.games:
                times = self.times(game.game_id)
                found += times.bounds() if times else []
            return sorted(found)

        return self.once("moments", make)

    def moment(self, now: datetime) -> int:
        """How many of `moments` have passed: what schedule answers hang on."""
        return bisect_right(self.moments(), now)

    # What is published by day.

    def referees_published(self, day: date) -> datetime:
        """When the officials of a day are announced."""
        return timing.referees_published(self.chance, day)

    def report_published(self, day: date, at: time) -> datetime | None:
        """When the injury report that carries the ET time `at` appears; None if it never does."""
        return timing.report_published(self.chance, day, at)

    # The odds source's own ids.

    def event_id(self, game_id: str) -> str:
        """The game's id at the odds source: 32 hex digits."""
        return self.chance.hex32("event", game_id)

    def game_of_event(self, event_id: str) -> str | None:
        """The game of an event id, if it is one of ours."""

        def make() -> dict[str, str]:
            return {self.event_id(game.game_id): game.game_id for game in self.seasons.last.games}

        return self.once("events", make).get(event_id)

    # Troubles.

    def troubles_of(self, day: date) -> tuple[troubles.Trouble, ...]:
        """The long troubles of a game day, in order; none when troubles are switched off."""
        if not self.troubled:
            return ()
        return self.once(
            ("troubles", day),
            lambda: troubles.troubles_of(self.chance, self.seasons.last, day),
        )

    def troubles_at(self, source: str, now: datetime) -> list[troubles.Trouble]:
        """The long troubles that strike `source` at `now`."""
        return [each for each in self.troubles_of(day_of_instant(now)) if each.holds(source, now)]
