"""SourceWorld: everything that is true in the simulated world, by hash of (seed, subject).

Facts are pure functions of seed, calendar and changes; what is kept in memory is only a copy.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime, time
from typing import TypeVar, cast

from shared.core.calendar import Calendar
from shared.core.days import day_of_instant
from shared.core.games import CALLED_OFF, Game, GameStatus, GameType
from sim.sources import boxes, injuries, people, plays, timing, troubles
from sim.sources.chance import Chance
from sim.sources.league import side
from sim.sources.season import Change, Seasons
from sim.sources.timing import Dataset, Times

T = TypeVar("T")
#: Facts kept in memory; beyond that all are dropped and made again.
KEPT = 20_000


class SourceWorld:
    """The world that all simulated sources tell of. Safe to share between threads."""

    def __init__(
        self,
        calendar: Calendar,
        *,
        seed: int,
        troubles: bool = True,
        changes: Sequence[Change] = (),
    ) -> None:
        """`changes`: from an instant on, a game has a new tip or is postponed."""
        self.chance = Chance(seed)
        self.seasons = Seasons(calendar, changes)
        self.troubled = troubles
        self._kept: dict[Hashable, object] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, made once a key; only for what depends on the key alone."""
        found = self._kept.get(key, self)
        if found is self:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            found = self._kept[key] = make()
        return cast("T", found)

    # The schedule.

    def calendar(self, now: datetime) -> Calendar:
        """The schedule as the league knows it at `now`; statuses in it mean nothing yet."""
        return self.seasons.at(now)

    def on(self, day: date, now: datetime) -> tuple[Game, ...]:
        """The games that are to be played on `day`, as known at `now`: not the called off."""
        games = self.calendar(now).all_on(day)
        return tuple(game for game in games if game.status not in CALLED_OFF and game.home)

    def times(self, game_id: str) -> Times | None:
        """When the game is really played; None if it never is."""

        def make() -> Times | None:
            game = self.seasons.last.game(game_id)
            return timing.times_of(self.chance, game) if game else None

        return self.once(("times", game_id), make)

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

    # People.

    def roster(self, tricode: str) -> tuple[people.Player, ...]:
        """The 15 players of a team."""
        return self.once(("roster", tricode), lambda: people.roster(self.chance, side(tricode)))

    def officials(self, game_id: str) -> Sequence[people.Official]:
        """The three officials of a game and the alternate."""

        def make() -> list[people.Official]:
            every = people.officials(self.chance)
            return self.chance.order(every, game_id, "officials")[:4]

        return self.once(("officials", game_id), make)

    def injuries(self, tricode: str, day: date) -> tuple[injuries.Injury, ...]:
        """The cases of a team on a day."""
        return self.once(
            ("injuries", tricode, day),
            lambda: injuries.injuries(self.chance, day, self.roster(tricode)),
        )

    # Results.

    def score(self, game_id: str) -> boxes.Score | None:
        """The final score; None for a game that is never played."""

        def make() -> boxes.Score | None:
            game, times = self.seasons.last.game(game_id), self.times(game_id)
            if not game or not times:
                return None
            return boxes.score_of(
                self.chance, game_id, game.away, game.home, overtime=times.overtime
            )

        return self.once(("score", game_id), make)

    def box(self, game_id: str) -> boxes.Box | None:
        """The final box; None for a game that is never played."""

        def make() -> boxes.Box | None:
            game, times = self.seasons.last.game(game_id), self.times(game_id)
            score = self.score(game_id)
            if not game or not times or not score:
                return None
            margin = score.home - score.away
            away, home = (
                boxes.team_box(
                    self.chance, game_id, side(code), self._able(code, game.day), points,
                    margin=ahead, overtime=times.overtime,
                )
                for code, points, ahead in (
                    (game.away, score.away, -margin), (game.home, score.home, margin),
                )
            )  # fmt: skip
            return boxes.Box(away, home)

        return self.once(("box", game_id), make)

    def _able(self, tricode: str, day: date) -> list[people.Player]:
        out = {case.player.id for case in self.injuries(tricode, day) if case.last == injuries.OUT}
        return [player for player in self.roster(tricode) if player.id not in out]

    def plays(self, game_id: str) -> tuple[plays.Play, ...]:
        """The game's actions; none for a game that is never played."""

        def make() -> tuple[plays.Play, ...]:
            box = self.box(game_id)
            return plays.plays(self.chance, game_id, box) if box else ()

        return self.once(("plays", game_id), make)

    def score_at(self, game_id: str, phase: int) -> boxes.Score:
        """The score when a phase begins."""
        if phase <= 1:
            return boxes.Score(0, 0)
        if phase > plays.PERIODS:
            return self.score(game_id) or boxes.Score(0, 0)
        done = [p for p in self.plays(game_id) if p.period < phase]
        return boxes.Score(done[-1].away, done[-1].home)

    def record(self, tricode: str, season: str, before: datetime) -> tuple[int, int]:
        """(wins, losses) in the regular season's games that ended before `before`."""
        won = [won for ended, won in self._results(tricode, season) if ended <= before]
        return sum(won), len(won) - sum(won)

    def _results(self, tricode: str, season: str) -> Sequence[tuple[datetime, bool]]:
        return self.once(("results", season), lambda: self._season_results(season)).get(tricode, [])

    def _season_results(self, season: str) -> dict[str, list[tuple[datetime, bool]]]:
        found: dict[str, list[tuple[datetime, bool]]] = {}
        for game in self.seasons.last.games:
            times, score = self.times(game.game_id), self.score(game.game_id)
            if game.type is GameType.REGULAR and game.season == season and times and score:
                at_home = score.home > score.away
                found.setdefault(game.home, []).append((times.end, at_home))
                found.setdefault(game.away, []).append((times.end, not at_home))
        return found

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
