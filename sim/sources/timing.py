"""When things happen in the simulated world: starts, ends, publications. Offsets are minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from shared.core.days import wall
from shared.core.games import CALLED_OFF, Game
from sim.sources.chance import Chance

#: The first day whose injury reports are named by the quarter of an hour.
QUARTERS_SINCE = date(2025, 12, 23)
#: Injury reports carry the ET times from here to the end of the day.
FIRST_REPORT = time(11)


class Dataset(StrEnum):
    """What is published about a game once it is over."""

    TEAM_BOX = "team_box"
    GAME_LOG = "game_log"
    BDL_BOX = "bdl_box"
    PLAY_BY_PLAY = "play_by_play"
    GAMEBOOK = "gamebook"
    DRIVE = "drive"


#: Minutes from the end of a game until a dataset is there: the least and the most.
_AFTER_END = {
    Dataset.TEAM_BOX: (5, 15),
    Dataset.GAME_LOG: (5, 15),
    Dataset.BDL_BOX: (5, 40),
    Dataset.PLAY_BY_PLAY: (20, 60),
    Dataset.GAMEBOOK: (20, 90),
    # The publisher needs 6 hours at least, and is done before the last window of a night ends.
    Dataset.DRIVE: (360, 660),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """When a game really went on."""

    start: datetime
    end: datetime
    overtime: bool

    def phase(self, now: datetime) -> int:
        """0 before the start, 1 to 4 the quarters, 5 when it is over."""
        if now < self.start:
            return 0
        if now >= self.end:
            return 5
        return 1 + int(4 * ((now - self.start) / (self.end - self.start)))

    def bounds(self) -> list[datetime]:
        """The instants at which the phase changes."""
        quarter = (self.end - self.start) / 4
        return [self.start + quarter * n for n in range(4)] + [self.end]


def times_of(chance: Chance, game: Game) -> Times | None:
    """When `game` is played: it starts 5 to 20 minutes after its tip and ends 125 to 175 after
    it, 190 at most with overtime (one game in thirty). None for a game that is never played.
    """
    if not (game.tip_known and game.away and game.home) or game.status in CALLED_OFF:
        return None
    drift = chance.between(5, 20, game.game_id, "drift")
    length = chance.between(120, 155, game.game_id, "length")
    overtime = chance.unit(game.game_id, "overtime") < 1 / 30
    if overtime:
        length += chance.between(10, 15, game.game_id, "extra")
    start = game.tip + timedelta(seconds=round(drift * 60))
    end = start + timedelta(seconds=round(length * 60))
    return Times(start=start, end=end, overtime=overtime)


def published(chance: Chance, game_id: str, times: Times, dataset: Dataset) -> datetime:
    """When `dataset` of a game is whole at its source."""
    least, most = _AFTER_END[dataset]
    minutes = chance.between(least, most, game_id, "published", dataset)
    return times.end + timedelta(seconds=round(minutes * 60))


def referees_published(chance: Chance, day: date) -> datetime:
    """When the officials of `day` are announced: 09:00 to 09:40 ET."""
    return wall(day, time(9)) + timedelta(seconds=chance.whole(0, 40 * 60, day, "referees"))


def report_published(chance: Chance, day: date, at: time) -> datetime | None:
    """When the injury report that carries the ET time `at` appears; None if there is no such.

    The first and the hourly ones need 5 to 20 minutes, those of the quarters 2 to 9.
    """
    quarters = day >= QUARTERS_SINCE
    if at.minute % 15 or (at.minute and not quarters):
        return None
    if at < FIRST_REPORT:
        return None
    opening = _appears(chance, day, FIRST_REPORT, (5, 20))
    if at == FIRST_REPORT:
        return opening
    # No later report overtakes the first.
    return max(opening, _appears(chance, day, at, (2, 9) if quarters else (5, 20)))


def _appears(chance: Chance, day: date, at: time, minutes: tuple[int, int]) -> datetime:
    delay = chance.whole(minutes[0] * 60, minutes[1] * 60, day, "report", at)
    return wall(day, at) + timedelta(seconds=delay)
