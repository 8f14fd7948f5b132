"""Players and officials, all invented: two small lists of names, combined by the seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.sources.chance import Chance
from sim.sources.league import Side

_FIRST_NAMES = (
    "Abel Bram Cato Dario Edwin Felix Gus Hugo Ivo Jonas Kofi Lars Milo Nico Otis Pavel Quin "
    "Remy Silas Tobin Uri Viggo Wim Xavi Yann Zeke Alvar Bruno Cyril Denzil Emil Fabian Goran "
    "Henrik Ismael Joram Kian Leif Mateus Nils"
)
_LAST_NAMES = (
    "Alder Birch Cedar Dogwood Elder Fir Gorse Hazel Ivywood Juniper Kapok Larch Maple Nutmeg "
    "Oakley Pine Quince Rowan Sorrel Teak Umber Viburnum Willow Yewtree Ashby Brook Cliffe Dale "
    "Eastgate Fenn Grange Heath Inglewood Jarrow Kirkby Lea Mead Northcote Orchard Pond Quarry "
    "Ridge Stone Thorpe Upton Vale Weir Yardley Zennor Arbour Beck Croft Dene Esker Firth Glen "
    "Holm Isle Knoll Lynn"
)
_FIRST, _LAST = _FIRST_NAMES.split(), _LAST_NAMES.split()
#: Odd and free of 5 and 3: it steps through all 2,400 names before one comes again.
_STEP = 1009
ROSTER = 15
_POSITIONS = ("G", "G", "F", "F", "C", "G", "F", "G", "F", "C", "G-F", "F-C", "G", "F", "C")
OFFICIALS = 60


class Player(NamedTuple):
    """One player of one team."""

    #: The league's person id; other sources' numbers are made from it.
    id: int
    first: str
    last: str
    position: str
    jersey: str
    #: Inches and pounds.
    height: int
    weight: int
    born: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def short(self) -> str:
        """As N. Rowan."""
        return f"{self.first[0]}. {self.last}"

    @property
    def slug(self) -> str:
        """As nico-rowan."""
        return f"{self.first}-{self.last}".lower()


class Official(NamedTuple):
    """One referee."""

    id: int
    name: str
    jersey: str


def roster(chance: Chance, team: Side) -> tuple[Player, ...]:
    """The 15 players of `team`; no two players of the 30 teams share an id or a name."""
    return tuple(_player(chance, team.number * ROSTER + n, n) for n in range(ROSTER))


def _player(chance: Chance, number: int, place: int) -> Player:
    names = len(_FIRST) * len(_LAST)
    at = (chance.whole(0, names - 1, "names") + number * _STEP) % names
    year, month = chance.whole(1988, 2005, "born", number), chance.whole(1, 12, "month", number)
    return Player(
        id=1640001 + number,
        first=_FIRST[at % len(_FIRST)],
        last=_LAST[at // len(_FIRST)],
        position=_POSITIONS[place],
        jersey=str((place * 7 + chance.whole(0, 6, "jersey", number)) % 100),
        height=chance.whole(74, 85, "height", number),
        weight=chance.whole(180, 270, "weight", number),
        born=f"{year}-{month:02d}-{chance.whole(1, 28, 'day', number):02d}",
    )


def officials(chance: Chance) -> Sequence[Official]:
    """All referees of the league."""
    names = len(_FIRST) * len(_LAST)
    # Half the list on from where the players start.
    start = chance.whole(0, names - 1, "names") + names // 2
    found = []
    for n in range(OFFICIALS):
        at = (start + n * _STEP * 3) % names
        name = f"{_FIRST[at % len(_FIRST)]} {_LAST[at // len(_FIRST)]}"
        found.append(Official(id=202001 + n, name=name, jersey=str(n + 5)))
    return found
