"""statsdmz.nba.com: the gamebook of one game, a PDF: who played, who sat, who was inactive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from scrapers.base import Ask, Fetched, Http, Record
from scrapers.fetchers.gamebook_pdf import Book, TeamPage, read_book
from scrapers.fetchers.nba_cdn import refuse_region_block
from scrapers.fetchers.nba_stats import STARTERS, is_full_time
from scrapers.params import need, need_date
from shared.core.games import GameType, type_of_id
from shared.core.teams import TEAMS
from shared.errors import SourceFailure

#: The answer for a book that is not out yet.
NOT_OUT = 404
#: The short book, and the long one, which some games have alone.
NAMES = ("{day}_{teams}.pdf", "{day}_{teams}_book.pdf")
#: Seconds by which the players' minutes may miss the team's, all roundings together.
ROUNDING = 60


def fetch_gamebook(ask: Ask, http: Http) -> Fetched:
    """One record a player listed: active, dnp or inactive; the PDF is attached.

    Covers the game when both teams' players add up to their totals. Not out under either name:
    no records.
    """
    game, day = need(ask, "game"), need_date(ask)
    away, home = (_team(ask, side) for side in ("away", "home"))
    asked: list[str] = []
    for name in NAMES:
        asked.append(name.format(day=f"{day:%Y%m%d}", teams=away + home))
        response = http.get(f"/pdfs/{day:%Y%m%d}/{asked[-1]}", accept=(200, NOT_OUT))
        refuse_region_block(response, ask.scraper)
        if response.status == NOT_OUT:
            continue
        book = read_book(response.body, ask.scraper, [_nickname(away), _nickname(home)])
        _check(ask.scraper, book, day, {"away": away, "home": home})
        records, doubles = _records(book, game, day, {"away": away, "home": home})
        return Fetched(
            records=records,
            covers=(game,) if is_whole(book) else (),
            attachments={"pdf": response.body},
            stats={
                "book": asked[-1],
                "pages": book.pages,
                "active": sum(record["status"] == "active" for record in records),
                "repeated_rows": doubles,
                "unread_lines": book.unread_lines,
            },
        )
    return Fetched(records=(), stats={"not_out": asked})


def is_whole(book: Book) -> bool:
    """Whether both teams have their players, and these add up to the teams' totals."""
    return all(_adds_up(team) for team in book.teams.values())


def _adds_up(team: TeamPage) -> bool:
    active = [player for player in team.players if player["status"] == "active"]
    if len(active) < STARTERS or not team.total:
        return False
    played = sum(_seconds(player["minutes"]) for player in active)
    return (
        is_full_time(team.total["minutes"])
        and abs(played - _seconds(team.total["minutes"])) <= ROUNDING
        and sum(player["pts"] for player in active) == team.total["pts"]
    )


def _seconds(clock: str) -> int:
    minutes, _, seconds = clock.partition(":")
    return 60 * int(minutes) + int(seconds)


def _team(ask: Ask, side: str) -> str:
    """The side's tricode; one that is none of the 30 is refused before anything is asked.

    A guest of a preseason game has a code of its own.
    """
    code = need(ask, side)
    guest = type_of_id(need(ask, "game")) is GameType.PRESEASON and code.isalpha()
    if code not in TEAMS and not guest:
        raise SourceFailure(
            "missing_parameter", f"{ask.scraper}: [{code}] is no tricode of the 30 teams"
        )
    return code


def _nickname(code: str) -> str:
    """As the list of inactive players names a team: PELICANS, TRAIL BLAZERS."""
    name = TEAMS[code].name.upper() if code in TEAMS else code
    return "TRAIL BLAZERS" if name.endswith("TRAIL BLAZERS") else name.rpartition(" ")[2]


def _check(place: str, book: Book, day: date, codes: dict[str, str]) -> None:
    """Raise `malformed` for another game's book."""
    for side, code in codes.items():
        found = book.teams[side].team
        # The nickname tells the 30 apart; the city is written in more than one way.
        if code in TEAMS and not found.upper().endswith(_nickname(code)):
            raise SourceFailure("malformed", f"{place}: asked for {code}, got [{found}]")
    if book.day not in (None, day):
        raise SourceFailure("malformed", f"{place}: asked for {day}, got [{book.day}]")


def _records(
    book: Book, game: str, day: date, codes: dict[str, str]
) -> tuple[Sequence[Record], int]:
    """Everybody listed, each once, and how many rows came twice."""
    rows: list[Record] = []
    for side, code in codes.items():
        facts = {"game_id": game, "game_date": day.isoformat(), "team": code, "side": side}
        rows += [{**facts, **player} for player in book.teams[side].players]
        rows += [
            {**facts, "player_name": name, "status": "inactive", "reason": reason}
            for name, reason in book.inactive.get(_nickname(code), ())
        ]
    kept = list(
        {(r["team"], r["status"], r.get("jersey"), r["player_name"]): r for r in rows}.values()
    )
    return kept, len(rows) - len(kept)
