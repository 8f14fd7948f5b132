"""www.basketball-reference.com: the page of a team's season, with its roster as a table."""

from __future__ import annotations

import re

from shared.core.teams import TEAMS
from sim.sources.exchange import NOT_FOUND, Reply, Request, text_reply
from sim.sources.people import Player
from sim.sources.world import SourceWorld

_PAGE = re.compile(r"/teams/([A-Z]{3})/([0-9]{4})\.html")
_BY_CODE = {team.bbref: tricode for tricode, team in TEAMS.items()}


def answer(world: SourceWorld, request: Request) -> Reply:
    """The page of a team by this site's code and the season's last year; 404 for any other."""
    found = _PAGE.fullmatch(request.path)
    if not found or found[1] not in _BY_CODE:
        return NOT_FOUND
    tricode, year = _BY_CODE[found[1]], int(found[2])
    season = f"{year - 1}-{year % 100:02d}"
    if not any(game.season == season for game in world.calendar(request.now).games):
        return NOT_FOUND
    body = world.once(("br", tricode, year), lambda: _page(world, tricode, request.path, season))
    return text_reply(body, 200)


def _page(world: SourceWorld, tricode: str, path: str, season: str) -> str:
    rows = "".join(_row(player, n) for n, player in enumerate(world.roster(tricode)))
    title = f"{season} {TEAMS[tricode].name} Roster and Stats"
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>"
        f'<link rel="canonical" href="https://www.basketball-reference.com{path}" /></head>'
        f'<body><h1>{title}</h1><div id="div_roster"><table id="roster"><thead><tr>'
        '<th data-stat="number">No.</th><th data-stat="player">Player</th>'
        f'<th data-stat="pos">Pos</th></tr></thead><tbody>{rows}</tbody></table></div>'
        "</body></html>"
    )


def _row(player: Player, place: int) -> str:
    code = f"{player.last[:5]}{player.first[:2]}01".lower()
    # The last of a team are on two-way contracts.
    mark = "&nbsp;(TW)" if place >= 13 else ""
    cells = {
        "pos": player.position[0],
        "height": f"{player.height // 12}-{player.height % 12}",
        "weight": str(player.weight),
        "birth_date": player.born,
        "birth_country": "us",
        "years_experience": str(player.id % 12) if player.id % 12 else "R",
        "college": "Somewhere",
    }
    return (
        f'<tr><th scope="row" data-stat="number">{player.jersey}</th>'
        f'<td data-append-csv="{code}" data-stat="player">'
        f'<a href="/players/{code[0]}/{code}.html">{player.name}</a>{mark}</td>'
        + "".join(f'<td data-stat="{name}">{text}</td>' for name, text in cells.items())
        + "</tr>"
    )
