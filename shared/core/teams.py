"""The 30 teams and the codes by which each source knows them.

Preseason opponents are not among them: look a tricode up with `TEAMS.get`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Team(NamedTuple):
    """One team's names outside the league's own tricode."""

    espn: str
    bbref: str
    #: The league's numeric id, 1610612737 to 1610612766.
    nba_id: int
    #: City and nickname, as The Odds API writes them.
    name: str


#: By tricode, as the league writes it.
TEAMS: Mapping[str, Team] = MappingProxyType(
    {
        "ATL": Team("ATL", "ATL", 1610612737, "Atlanta Hawks"),
        "BKN": Team("BKN", "BRK", 1610612751, "Brooklyn Nets"),
        "BOS": Team("BOS", "BOS", 1610612738, "Boston Celtics"),
        "CHA": Team("CHA", "CHO", 1610612766, "Charlotte Hornets"),
        "CHI": Team("CHI", "CHI", 1610612741, "Chicago Bulls"),
        "CLE": Team("CLE", "CLE", 1610612739, "Cleveland Cavaliers"),
        "DAL": Team("DAL", "DAL", 1610612742, "Dallas Mavericks"),
        "DEN": Team("DEN", "DEN", 1610612743, "Denver Nuggets"),
        "DET": Team("DET", "DET", 1610612765, "Detroit Pistons"),
        "GSW": Team("GS", "GSW", 1610612744, "Golden State Warriors"),
        "HOU": Team("HOU", "HOU", 1610612745, "Houston Rockets"),
        "IND": Team("IND", "IND", 1610612754, "Indiana Pacers"),
        "LAC": Team("LAC", "LAC", 1610612746, "Los Angeles Clippers"),
        "LAL": Team("LAL", "LAL", 1610612747, "Los Angeles Lakers"),
        "MEM": Team("MEM", "MEM", 1610612763, "Memphis Grizzlies"),
        "MIA": Team("MIA", "MIA", 1610612748, "Miami Heat"),
        "MIL": Team("MIL", "MIL", 1610612749, "Milwaukee Bucks"),
        "MIN": Team("MIN", "MIN", 1610612750, "Minnesota Timberwolves"),
        "NOP": Team("NO", "NOP", 1610612740, "New Orleans Pelicans"),
        "NYK": Team("NY", "NYK", 1610612752, "New York Knicks"),
        "OKC": Team("OKC", "OKC", 1610612760, "Oklahoma City Thunder"),
        "ORL": Team("ORL", "ORL", 1610612753, "Orlando Magic"),
        "PHI": Team("PHI", "PHI", 1610612755, "Philadelphia 76ers"),
        "PHX": Team("PHX", "PHO", 1610612756, "Phoenix Suns"),
        "POR": Team("POR", "POR", 1610612757, "Portland Trail Blazers"),
        "SAC": Team("SAC", "SAC", 1610612758, "Sacramento Kings"),
        "SAS": Team("SA", "SAS", 1610612759, "San Antonio Spurs"),
        "TOR": Team("TOR", "TOR", 1610612761, "Toronto Raptors"),
        "UTA": Team("UTAH", "UTA", 1610612762, "Utah Jazz"),
        "WAS": Team("WSH", "WAS", 1610612764, "Washington Wizards"),
    }
)
