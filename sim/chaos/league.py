"""The games of a simulated stretch of days, as they are and as they change under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from shared.core.calendar import Calendar
from shared.core.days import iso, wall
from shared.core.games import Game, GameStatus, GameType
from shared.core.teams import TEAMS
from sim.chaos.faults import Faults, Kind
from sim.chaos.instants import MINUTE, micros
from sim.chaos.luck import Draw

#: Tips as the league likes them, in ET, with their weights.
TIPS = ("12:00", "13:00", "15:30", "18:00", "19:00", "19:00", "19:30", "19:30", "20:00", "20:30",
        "21:00", "22:00", "22:30")  # fmt: skip
#: Games beyond the simulated days: the schedule goes on.
BEYOND = 3
_DONE = timedelta(hours=2, minutes=35)


@dataclass(frozen=True, slots=True)
class Change:
    """From `at` on the game is as `game` says."""

    at: datetime
    game: Game
    what: str


@dataclass(frozen=True, slots=True)
class League:
    """Every game, and how the schedule changes; changes are in order of time."""

    games: tuple[Game, ...]
    changes: tuple[Change, ...] = ()

    #: The games by id as they are after so many of the changes.
    states: tuple[Mapping[str, Game], ...] = field(init=False)

    def __post_init__(self) -> None:
        states = [{game.game_id: game for game in self.games}]
        for change in self.changes:
            states.append({**states[-1], change.game.game_id: change.game})
        object.__setattr__(self, "states", tuple(states))

    def at(self, now: datetime) -> Mapping[str, Game]:
        """The games as the league knows them at `now`, by id."""
        return self.states[sum(change.at <= now for change in self.changes)]

    def feed(self, now: datetime) -> list[dict[str, Any]]:
        """The league's schedule records at `now`, with what the parser reads of them."""
        return [_record(game, now) for game in self.at(now).values()]

    def played(self, day: date, now: datetime) -> list[Game]:
        """The games of `day` that are really over at `now`."""
        return [
            game
            for game in self.at(now).values()
            if game.day == day and game.counts and game.tip_known and now >= game.tip + _DONE
        ]


def _record(game: Game, now: datetime) -> dict[str, Any]:
    over = game.tip_known and now >= game.tip + _DONE and game.status is GameStatus.SCHEDULED
    text = "PPD" if game.status is GameStatus.POSTPONED else "Final" if over else "7:00 pm ET"
    return {
        "gameId": game.game_id,
        "gameStatus": 3 if over else 1,
        "gameStatusText": text if game.tip_known else "TBD",
        "gameDateTimeUTC": iso(game.tip),
        "gameDateUTC": iso(wall(game.day, time())),
        "awayTeam": {"teamTricode": game.away},
        "homeTeam": {"teamTricode": game.home},
    }


def make_days(seed: int, days: Sequence[date]) -> tuple[Game, ...]:
    """One to fifteen games a day, few on most and at times all thirty teams."""
    games: list[Game] = []
    for nth, day in enumerate([*days, days[-1] + timedelta(days=6)]):
        draw = Draw(seed, "games", day)
        beyond = nth == len(days)
        count = BEYOND if beyond else 1 + int(draw.share() ** 1.4 * 15)
        teams = sorted(TEAMS, key=lambda team: Draw(seed, day, team).share())
        early = draw.share() < 0.25
        for n in range(count):
            pick = Draw(seed, "tip", day, n)
            text = TIPS[pick.below(len(TIPS))] if early else TIPS[4 + pick.below(len(TIPS) - 4)]
            known = pick.share() >= 0.02
            tip = wall(day, time.fromisoformat(text) if known else time())
            games.append(_game(len(games), tip, teams[2 * n], teams[2 * n + 1], known=known))
    return tuple(games)


def _game(number: int, tip: datetime, away: str, home: str, *, known: bool) -> Game:
    year = tip.year if tip.month >= 7 else tip.year - 1
    return Game(
        game_id=f"002{year % 100:02d}{number:05d}",
        tip=tip,
        tip_known=known,
        away=away,
        home=home,
        type=GameType.REGULAR,
    )


def make_league(faults: Faults, games: Sequence[Game], days: Sequence[date]) -> League:
    """The games, and the changes that the seed brings on the simulated days."""
    changes: list[Change] = []
    for game in games:
        if game.day not in days or not game.counts:
            continue
        draw = Draw(faults.seed, "change", game.game_id)
        if not faults.chance(draw.share(), 0.1):
            continue
        kind = (Kind.GAME_MOVED, Kind.GAME_MOVED, Kind.GAME_POSTPONED)[draw.below(3)]
        # Between the lock and a little after the tip.
        since = wall(game.day, time(5, 30))
        at = since + (game.tip + timedelta(minutes=30) - since) * draw.share()
        changed = _changed(kind, game, draw, at)
        if faults.strike(kind, game.game_id, micros(at), f"{game.game_id} to {changed.tip}"):
            changes.append(Change(at, changed, kind.value))
    for day in days:
        draw = Draw(faults.seed, "added", day)
        if faults.chance(draw.share(), 0.15):
            at = wall(day, time(6)) + timedelta(minutes=draw.between(0, 8 * 60))
            tip = wall(day, time(18)) + timedelta(minutes=30 * draw.below(9))
            game = _game(90_000 + day.toordinal() % 10_000, tip, "NYK", "LAL", known=True)
            if faults.strike(Kind.GAME_ADDED, str(day), micros(at), f"at {tip}"):
                changes.append(Change(at, game, Kind.GAME_ADDED.value))
    return League(tuple(games), tuple(sorted(changes, key=lambda change: change.at)))


def _changed(kind: Kind, game: Game, draw: Draw, at: datetime) -> Game:
    if kind is Kind.GAME_POSTPONED or not game.tip_known:
        return replace(game, status=GameStatus.POSTPONED)
    away = draw.between(-3, 4)
    if draw.share() < 0.2:
        # To a date beyond the simulated ones.
        return replace(game, tip=game.tip + timedelta(days=6))
    # Half-hours as the league announces them, on the same date, not into the past.
    tip = game.tip + timedelta(minutes=30 * round(2 * away))
    while tip <= at or Game.day.fget(replace(game, tip=tip)) != game.day:  # type: ignore[attr-defined]
        tip = game.tip if tip <= at else tip - timedelta(minutes=30)
        if tip == game.tip:
            break
    return replace(game, tip=tip)


def calendar_of(league: League, now: datetime) -> Calendar:
    """The schedule that is brought in by hand before the first lock."""
    return Calendar.of(league.at(now).values())


def span(days: Sequence[date]) -> tuple[int, int, int]:
    """Start, end of faults and end of a stretch of days, in microseconds."""
    after = days[-1] + timedelta(days=1)
    start = micros(wall(days[0], time(4, 55)))
    return start, micros(wall(after, time(12, 30))), micros(wall(after, time(17, 10))) + MINUTE
