"""statsdmz.nba.com: the gamebook of a game, a PDF with both teams' final boxes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from shared.core.games import Game
from sim.sources.boxes import Line, TeamBox, total
from sim.sources.exchange import NOT_FOUND, Reply, Request
from sim.sources.injuries import OUT
from sim.sources.league import side
from sim.sources.pdf import Text, pdf
from sim.sources.timing import Dataset
from sim.sources.world import SourceWorld

_NAME = re.compile(r"/pdfs/([0-9]{8})/([0-9]{8})_([A-Z0-9]{3})([A-Z0-9]{3})\.pdf")
_LEFT, _NUMBER, _POSITION = 24, 46, 190
_MINUTES, _FIRST, _WIDE = 220, 262, 30
_TOP, _STEP = 580, 10
_HEADER = "POS MIN FG FGA 3P 3PA FT FTA OR DR TOT A PF ST TO BS +/- PTS"
_PLACES = ("F", "F", "C", "G", "G")


def answer(world: SourceWorld, request: Request) -> Reply:
    """The book of one date and matchup; 404 for one that is not there or not yet."""
    found = _NAME.fullmatch(request.path)
    if not found or found[1] != found[2]:
        return NOT_FOUND
    try:
        day = datetime.strptime(found[1], "%Y%m%d").date()  # noqa: DTZ007 (a date has no zone)
    except ValueError:
        return NOT_FOUND
    games = (g for g in world.on(day, request.now) if (g.away, g.home) == (found[3], found[4]))
    game = next(games, None)
    if game is None or not world.is_out(game.game_id, Dataset.GAMEBOOK, request.now):
        return NOT_FOUND
    body = world.once(("gamebook", game.game_id), lambda: _book(world, game))
    return Reply(headers={"content-type": "application/pdf"}, body=body)


class _Page:
    """Lines of text from the top down."""

    def __init__(self) -> None:
        self.texts: list[Text] = []
        self._y = _TOP

    def line(self, *cells: tuple[float, str]) -> None:
        self.texts += [Text(x, self._y, text, size=7) for x, text in cells if text]
        self._y -= _STEP


def _book(world: SourceWorld, game: Game) -> bytes:
    box = world.box(game.game_id)
    assert box is not None  # noqa: S101 (what is out was played)
    page = _Page()
    page.line((_LEFT, "NATIONAL BASKETBALL ASSOCIATION"))
    page.line((_LEFT, "OFFICIAL SCORER'S REPORT FINAL BOX"))
    page.line((_LEFT, f"{_written(game.day)} {side(game.home).city} Arena"))
    referees = ", ".join(f"#{o.jersey} {o.name}" for o in world.officials(game.game_id)[:3])
    page.line((_LEFT, f"Officials: {referees}"))
    for title, own, other in (
        (f"VISITOR: {box.away.team.name}", box.away, box.home),
        (f"HOME: {box.home.team.name.upper()}", box.home, box.away),
    ):
        _team(world, page, game, title, own, other.points)
    page.line((_LEFT, "SCORE BY PERIOD"))
    for team in box:
        page.line((_LEFT, team.team.nick), (_MINUTES, str(team.points)))
    _inactive(world, page, game)
    page.line((_LEFT, "Points in the Paint: not told here"))
    return pdf([page.texts])


def _team(
    world: SourceWorld, page: _Page, game: Game, title: str, box: TeamBox, against: int
) -> None:
    wins, losses = world.record(box.team.tricode, game.season, game.tip)
    page.line((_LEFT, f"{title} ({wins}-{losses})"))
    columns = _HEADER.split()
    page.line(
        (_POSITION, columns[0]), (_MINUTES, columns[1]), *_across(columns[2:])
    )  # fmt: skip
    for n, (player, line) in enumerate(box.players):
        page.line(
            (_LEFT, player.jersey),
            (_NUMBER, player.name),
            (_POSITION, _PLACES[n] if n < len(_PLACES) else ""),
            (_MINUTES, line.clock),
            *_across(_numbers(line, line.plus_minus)),
        )
    played = {player.id for player, _ in box.players}
    for player in world.roster(box.team.tricode):
        if player.id not in played | _out(world, game, box.team.tricode):
            who = f"{player.name}  DNP - Coach's Decision"
            page.line((_LEFT, player.jersey), (_NUMBER, who))
    every = total(box.lines)
    page.line(
        (_MINUTES, every.clock), *_across(_numbers(every, box.points - against))
    )  # fmt: skip
    page.line((_FIRST, f"{100 * every.fgm / max(every.fga, 1):.1f}%"))


def _across(cells: Sequence[str]) -> list[tuple[float, str]]:
    return [(_FIRST + n * _WIDE, cell) for n, cell in enumerate(cells)]


def _numbers(line: Line, ahead: int) -> list[str]:
    numbers = (
        line.fgm, line.fga, line.fg3m, line.fg3a, line.ftm, line.fta, line.oreb, line.dreb,
        line.reb, line.ast, line.pf, line.stl, line.tov, line.blk, ahead, line.pts,
    )  # fmt: skip
    return [str(number) for number in numbers]


def _out(world: SourceWorld, game: Game, tricode: str) -> set[int]:
    return {case.player.id for case in world.injuries(tricode, game.day) if case.last == OUT}


def _inactive(world: SourceWorld, page: _Page, game: Game) -> None:
    """A team's list begins with its nickname; the word Inactive stands once."""
    before = "Inactive: "
    for tricode in (game.away, game.home):
        listed = [
            f"{case.player.last} ({case.reason})"
            for case in world.injuries(tricode, game.day)
            if case.last == OUT
        ]
        if listed:
            page.line((_LEFT, f"{before}{side(tricode).nick} - {', '.join(listed)}"))
            before = ""


def _written(day: date) -> str:
    return f"{day:%A, %B} {day.day}, {day.year}"
