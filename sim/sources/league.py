"""The teams as all sources together know them: names, numbers, conference and division."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from shared.core.teams import TEAMS

_DIVISIONS: Mapping[tuple[str, str], str] = {
    ("East", "Atlantic"): "BOS BKN NYK PHI TOR",
    ("East", "Central"): "CHI CLE DET IND MIL",
    ("East", "Southeast"): "ATL CHA MIA ORL WAS",
    ("West", "Northwest"): "DEN MIN OKC POR UTA",
    ("West", "Pacific"): "GSW LAC LAL PHX SAC",
    ("West", "Southwest"): "DAL HOU MEM NOP SAS",
}
#: In the order of ESPN's numbers, from 1.
_ESPN_ORDER = (
    "ATL BOS NOP CHI CLE DAL DEN DET GSW HOU IND LAC LAL MIA MIL "
    "MIN BKN NYK ORL PHI PHX POR SAC SAS OKC UTA WAS TOR MEM CHA"
)
_ESPN = _ESPN_ORDER.split()
#: balldontlie numbers the teams by full name, from 1.
_BDL = sorted(TEAMS, key=lambda tricode: TEAMS[tricode].name)
_TWO_WORDS = "Trail Blazers"


class Side(NamedTuple):
    """One team, or a preseason guest, as the answers name it."""

    tricode: str
    nba_id: int
    city: str
    nick: str
    #: City and nickname.
    name: str
    espn: str
    espn_id: int
    bdl_id: int
    conference: str
    division: str
    #: 0 to 29; guests have higher ones.
    number: int

    @property
    def slug(self) -> str:
        """The nickname as addresses write it: trail-blazers."""
        return self.nick.lower().replace(" ", "-")


@cache
def side(tricode: str) -> Side:
    """The team of a tricode; one outside the 30 becomes a guest of that name."""
    team = TEAMS.get(tricode)
    if team is None:
        number = sum(ord(letter) * (n + 1) for n, letter in enumerate(tricode)) % 90
        return Side(
            tricode, 15000 + number, tricode, "Guests", f"{tricode} Guests", "", 0, 0, "", "",
            30 + number,
        )  # fmt: skip
    nick = _TWO_WORDS if team.name.endswith(_TWO_WORDS) else team.name.rpartition(" ")[2]
    conference, division = next(key for key, who in _DIVISIONS.items() if tricode in who.split())
    return Side(
        tricode=tricode,
        nba_id=team.nba_id,
        city=team.name.removesuffix(nick).strip(),
        nick=nick,
        name=team.name,
        espn=team.espn,
        espn_id=_ESPN.index(tricode) + 1,
        bdl_id=_BDL.index(tricode) + 1,
        conference=conference,
        division=division,
        number=_BDL.index(tricode),
    )


#: The 30 in alphabetical order.
SIDES = tuple(side(tricode) for tricode in _BDL)
