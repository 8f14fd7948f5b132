"""A game: what the league says of it, and the rules that every schedule parser shares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import TypeVar

from shared.core.days import ET, aware, day_of_tip, iso, season_of, wall
from shared.core.errors import BadInput
from shared.core.targets import SAFE

E = TypeVar("E", bound=StrEnum)

#: A spreadsheet that takes an id for a number may write it with decimals.
DROPPED = re.compile(r"(?<=\d)\.0+$")
NBA_ID = re.compile(r"00[1-6][0-9]{7}")
MIDNIGHT = time()
#: Years a real tip can have; feeds write 0001 and 1900 where they know none.
YEARS = range(1946, 2101)
INSTANT = "an instant with its offset, as 2025-11-13T00:00:00Z"


class GameType(StrEnum):
    """What kind of game it is."""

    PRESEASON = "preseason"
    REGULAR = "regular"
    ALL_STAR = "all_star"
    PLAYOFFS = "playoffs"
    PLAY_IN = "play_in"
    CUP_FINAL = "cup_final"


class GameStatus(StrEnum):
    """How far it is."""

    SCHEDULED = "scheduled"
    LIVE = "live"
    FINAL = "final"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


#: By the third character of an NBA game id.
TYPE_OF_DIGIT: Mapping[str, GameType] = {
    "1": GameType.PRESEASON,
    "2": GameType.REGULAR,
    "3": GameType.ALL_STAR,
    "4": GameType.PLAYOFFS,
    "5": GameType.PLAY_IN,
    "6": GameType.CUP_FINAL,
}
COUNTING = frozenset({GameType.REGULAR, GameType.CUP_FINAL, GameType.PLAY_IN, GameType.PLAYOFFS})
CALLED_OFF = frozenset({GameStatus.POSTPONED, GameStatus.CANCELLED})
FIELDS = ("game_id", "tip", "tip_known", "away", "home", "type", "status", "season")


@dataclass(frozen=True, kw_only=True, slots=True)
class Game:
    """One game. `tip` is kept in UTC; a naive one raises BadInput."""

    #: The NBA id, 10 characters, or the source's own id when that is unknown.
    game_id: str
    #: Tip-off; while the time is still to be set, 00:00 ET of its day.
    tip: datetime
    tip_known: bool = True
    #: Tricodes as found; "" while the team is unknown. Not only the 30: preseason has guests.
    away: str
    home: str
    type: GameType
    status: GameStatus = GameStatus.SCHEDULED
    #: As 2025-26; left out, it follows from the id's digits 4 and 5, else from the day.
    season: str = ""

    def __post_init__(self) -> None:
        """Bring `tip` and `season` into their one form."""
        tip = aware(self.tip, f"game {self.game_id} tip")
        if not self.tip_known:
            tip = wall(day_of_tip(tip), MIDNIGHT)
        object.__setattr__(self, "tip", tip)
        if not self.season:
            object.__setattr__(self, "season", season_of_id(self.game_id) or season_of(self.day))

    @property
    def day(self) -> date:
        """The game day: the ET date of the tip."""
        return day_of_tip(self.tip)

    @property
    def counts(self) -> bool:
        """Whether data is expected of it; whether preseason counts too is the Calendar's."""
        return self.type in COUNTING and self.status not in CALLED_OFF

    def to_record(self) -> dict[str, object]:
        """The game in the normal form that schedules/<instant>.json keeps."""
        return {
            "game_id": self.game_id,
            "tip": iso(self.tip),
            "tip_known": self.tip_known,
            "away": self.away,
            "home": self.home,
            "type": self.type.value,
            "status": self.status.value,
            "season": self.season,
        }


def game_from_record(record: object, place: str) -> Game:
    """The game that `to_record` wrote; BadInput names the key that is wrong."""
    if not isinstance(record, Mapping):
        raise BadInput(place, type(record).__name__, "an object")
    for key in record:
        if key not in FIELDS:
            raise BadInput(f"{place}.{key}", key, "one of " + ", ".join(FIELDS))
    for key in FIELDS:
        wanted = bool if key == "tip_known" else str
        if not isinstance(record.get(key), wanted):
            allowed = "true or false" if wanted is bool else "a string"
            raise BadInput(f"{place}.{key}", record.get(key), allowed)
    for key in ("game_id", "season"):
        if not record[key]:
            raise BadInput(f"{place}.{key}", "", "a string that is not empty")
    return Game(
        game_id=safe_id(record["game_id"], f"{place}.game_id"),
        tip=parse_instant(record["tip"], f"{place}.tip"),
        tip_known=record["tip_known"],
        away=record["away"],
        home=record["home"],
        type=_member(GameType, record["type"], f"{place}.type"),
        status=_member(GameStatus, record["status"], f"{place}.status"),
        season=record["season"],
    )


def _member(kind: type[E], text: str, place: str) -> E:
    try:
        return kind(text)
    except ValueError as e:
        raise BadInput(place, text, "one of " + ", ".join(kind)) from e


def parse_instant(text: str, place: str) -> datetime:
    """An ISO 8601 instant with Z or an offset, in UTC; anything else is BadInput."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as e:
        raise BadInput(place, text, INSTANT) from e
    if found.tzinfo is None or found.year not in YEARS:
        raise BadInput(place, text, INSTANT)
    return found.astimezone(UTC)


def season_of_id(game_id: str) -> str | None:
    """The season an NBA id names in its digits 4 and 5 (0022500165: 2025-26), else None."""
    if not NBA_ID.fullmatch(game_id):
        return None
    digits = int(game_id[3:5])
    start = digits + (1900 if digits >= YEARS.start % 100 else 2000)
    return f"{start}-{(start + 1) % 100:02d}"


def type_of_id(game_id: str) -> GameType | None:
    """The type an NBA id names in its third character, else None."""
    return TYPE_OF_DIGIT[game_id[2]] if NBA_ID.fullmatch(game_id) else None


def full_id(text: str, tip: datetime) -> str:
    """The id with the leading zeros that spreadsheets drop (22400061: 0022400061).

    Other sources number their games too, up to 8 digits: zeros are put back only where the
    result names the season of its tip or one beside it, otherwise the id stays as found.
    """
    text = DROPPED.sub("", text)
    if len(text) < len("0022400061") and text.isdecimal():
        padded = text.zfill(10)
        season = season_of_id(padded)
        if season and abs(int(season[:4]) - int(season_of(day_of_tip(tip))[:4])) <= 1:
            return padded
    return text


def safe_id(text: str, place: str) -> str:
    """`text`, when it can be part of an object's name and of a list; BadInput otherwise."""
    if not text or not set(text) <= SAFE:
        raise BadInput(place, text, "a game id of letters, digits and - _ : +")
    return text


def status_of_text(text: str) -> GameStatus | None:
    """What a status text says; None for a tip time, TBD, and words that say nothing of it.

    The text is free: "Final/OT", "PPD", "7:30 pm ET", "Final" with trailing spaces.
    """
    word = text.strip().lower()
    for prefix, status in (
        (("ppd", "postponed"), GameStatus.POSTPONED),
        (("cancel",), GameStatus.CANCELLED),
        (("final",), GameStatus.FINAL),
        (("live", "in progress", "halftime"), GameStatus.LIVE),
    ):
        if word.startswith(prefix):
            return status
    return None


def tip_is_unset(tip: datetime, text: str, *, teams_known: bool, said: bool | None = None) -> bool:
    """Whether `tip` is only the placeholder 00:00 ET of its day.

    It is when the source says so (`said`, or the status text TBD). Midnight itself is one too
    while a team is unknown, or when nothing says otherwise; abroad a real tip can fall there.
    """
    word = text.strip().lower()
    if said or word == "tbd":
        return True
    if tip.astimezone(ET).time() != MIDNIGHT:
        return False
    return not teams_known or (said is None and not word.startswith("12:00 am"))


def one_of_each(games: Iterable[Game]) -> tuple[Game, ...]:
    """The games without second rows of one id, in order of first appearance.

    A postponed original may keep its id beside its make-up game: the row that is not called
    off wins; otherwise the later row does.
    """
    kept: dict[str, Game] = {}
    for game in games:
        earlier = kept.get(game.game_id)
        if earlier and game.status in CALLED_OFF and earlier.status not in CALLED_OFF:
            continue
        kept[game.game_id] = game
    return tuple(kept.values())
