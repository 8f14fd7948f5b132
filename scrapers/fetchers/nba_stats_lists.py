"""stats.nba.com: the scoreboard of a date, and the league's list of player movements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from scrapers.base import Ask, Fetched, Http, Record
from scrapers.fetchers.nba_stats import LEAGUE
from scrapers.params import day_games, need_date
from scrapers.payload import each_once, records_at, rows_of_set
from shared.errors import SourceFailure

#: scoreboardV2's number for a game that is over.
FINAL = 3


def fetch_scoreboard(ask: Ask, http: Http) -> Fetched:
    """One record per game of the date, with both teams' line scores; covers those that are over.

    The source asks for MM/DD/YYYY. The answer's result sets are joined by game.
    """
    day = need_date(ask)
    payload = http.get(
        "/stats/scoreboardV2",
        {"GameDate": f"{day:%m/%d/%Y}", "LeagueID": LEAGUE, "DayOffset": "0"},
    ).json()
    headers = each_once(rows_of_set(payload, "GameHeader", ask.scraper), "GAME_ID")
    scores = rows_of_set(payload, "LineScore", ask.scraper)
    for header in headers:
        if not isinstance(header.get("GAME_ID"), str):
            raise SourceFailure("malformed", f"{ask.scraper}: a game without an id")
        found = str(header.get("GAME_DATE_EST") or day.isoformat())[:10]
        if found != day.isoformat():
            raise SourceFailure("malformed", f"{ask.scraper}: asked for {day}, got [{found}]")
    records = [_game(header, scores) for header in headers]
    games = day_games(ask)
    known = None if games is None else {game.game_id for game in games}
    covers = {
        str(record["gameId"])
        for record in records
        if record["gameStatus"] == FINAL and (known is None or record["gameId"] in known)
    }
    return Fetched(records=records, covers=tuple(sorted(covers)))


def _game(header: Record, scores: Sequence[Record]) -> Record:
    """A game in the shape of the league's newer scoreboards."""
    game = header.get("GAME_ID")
    mine = [score for score in scores if score.get("GAME_ID") == game]

    def team(number: object) -> Mapping[str, Any]:
        line = next((score for score in mine if score.get("TEAM_ID") == number), {})
        return {
            "teamId": number,
            "teamTricode": line.get("TEAM_ABBREVIATION"),
            "score": line.get("PTS"),
            "periods": [
                points
                for n in range(1, 15)
                if (points := line.get(f"PTS_QTR{n}" if n <= 4 else f"PTS_OT{n - 4}")) is not None
            ],
        }

    return {
        "gameId": str(game),
        "gameCode": header.get("GAMECODE"),
        "gameDate": str(header.get("GAME_DATE_EST") or "")[:10],
        "gameStatus": header.get("GAME_STATUS_ID"),
        "gameStatusText": str(header.get("GAME_STATUS_TEXT") or "").strip(),
        "awayTeam": team(header.get("VISITOR_TEAM_ID")),
        "homeTeam": team(header.get("HOME_TEAM_ID")),
    }


def fetch_player_movement(ask: Ask, http: Http) -> Fetched:
    """One record per signing, waiver, trade or award, all that the list has; covers the date.

    `newest` in the stats says how fresh the list is: it is a whole list and never empty.
    """
    day = need_date(ask)
    payload = http.get("/js/data/playermovement/NBA_Player_Movement.json").json()
    rows = records_at(payload, "NBA_Player_Movement.rows[]", ask.scraper)
    records = list({tuple(sorted(map(str, row.items()))): row for row in rows}.values())
    newest = max((str(row.get("TRANSACTION_DATE") or "")[:10] for row in records), default="")
    return Fetched(
        records=records,
        covers=(day.isoformat(),) if records else (),
        stats={
            "newest": newest or None,
            "repeated_rows": len(rows) - len(records),
            "of_the_date": sum(_is_of(row, day) for row in records),
        },
    )


def _is_of(row: Record, day: date) -> bool:
    return str(row.get("TRANSACTION_DATE") or "").startswith(day.isoformat())
