"""What really happens in the simulated world, whatever anybody knows of it yet."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime
from typing import TypeVar, cast

from shared.core.games import GameType
from sim.sources import boxes, injuries, people, plays, timing
from sim.sources.chance import Chance
from sim.sources.league import side
from sim.sources.season import Seasons
from sim.sources.timing import Times

T = TypeVar("T")
#: Facts kept in memory; beyond that all are dropped and made again.
KEPT = 20_000


class Played:
    """Games, boxes and people as pure functions of seed, calendar and changes.

    What is kept in memory is only a copy, so threads may share one of these.
    """

    def __init__(self, chance: Chance, seasons: Seasons) -> None:
        """`seasons`: the calendar and its changes; only how it ends counts here."""
        self.chance = chance
        self.seasons = seasons
        self._kept: dict[Hashable, object] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, made once a key; only for what depends on the key alone."""
        found = self._kept.get(key, self)
        if found is self:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            found = self._kept[key] = make()
        return cast("T", found)

    def times(self, game_id: str) -> Times | None:
        """When the game is really played; None if it never is."""

        def make() -> Times | None:
            game = self.seasons.last.game(game_id)
            return timing.times_of(self.chance, game) if game else None

        return self.once(("times", game_id), make)

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
