"""Bodies that are not what they should be: pages for data, cut off, wrongly encoded, no lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from sim.sources.pdf import Text, pdf
from tests.scrapers.corpus.build import (
    Answer,
    Case,
    edited,
    instead,
    js,
    put,
    rewritten,
    text,
    whole,
    zipped,
)
from tests.scrapers.harness import Reply

MOMENT = text("<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>")
SORRY = text("<html><body><h1>We'll be right back</h1></body></html>")
SIGN_IN = text("<!doctype html><html><title>Sign in - Google Accounts</title><form></form></html>")
TOO_MUCH = text(
    "<!DOCTYPE html><html><head><title>Google Drive - Quota exceeded</title></head>"
    "<body>Sorry, you can't view or download this file at this time.</body></html>"
)
LIMITED = text("<html><head><title>Rate Limited Request (429 error)</title></head></html>")
#: Scrapers that read JSON, one a source.
JSON = (
    "nbac_schedule_api",
    "nbac_play_by_play",
    "nbac_referee_assignments",
    "oddsa_events",
    "bdl_box_scores",
    "espn_scoreboard",
    "bp_events",
    "bigdataball_discovery",
)
#: Where a list is due and null comes.
NULLS = {
    "bdl_box_scores": "data",
    "bdl_standings": "data",
    "bp_events": "events",
    "espn_scoreboard": "events",
    "espn_roster": "team.athletes",
    "nbac_play_by_play": "game.actions",
    "nbac_player_boxscore": "resultSets.0.rowSet",
    "nbac_player_list": "resultSets",
    "nbac_player_movement": "NBA_Player_Movement.rows",
    "nbac_referee_assignments": "nba.Table.rows",
    "nbac_roster": "props.pageProps.team.roster",
    "nbac_schedule_api": "leagueSchedule.gameDates",
    "nbac_schedule_cdn": "leagueSchedule.gameDates.0.games",
    "nbac_scoreboard_v2": "resultSets.0.rowSet",
    "bigdataball_discovery": "files",
    "oddsa_game_lines": "bookmakers",
}

CSV, BOOK, REPORT = "bigdataball_pbp", "nbac_gamebook_pdf", "nbac_injury_report"
NO_BOOK = text(pdf([[Text(72, 500, "Season ticket prices")]]), kind="application/pdf")


def half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def latin(reply: Reply, kind: str) -> Reply:
    """The same in Latin-1, with a name that is another one in UTF-8."""
    body = re.sub(r"Xavi|Dario|Lars", "José", reply.body.decode()).encode("latin-1")
    assert b"\xe9" in body
    return replace(reply, headers={"content-type": kind}, body=body)


def utf16(reply: Reply) -> Reply:
    return replace(reply, body=reply.body.decode().encode("utf-16"))


def cases() -> Iterator[Case]:
    for kind, scraper, answers, error in _failed():
        yield Case(kind=kind, scraper=scraper, answers=answers, label="failed", error=error)
    for kind, scraper, answers in _fine():
        yield Case(kind=kind, scraper=scraper, answers=answers, label="success", complete=True)


def _failed() -> Iterator[tuple[str, str, list[Answer] | list[Reply], str]]:
    for scraper in JSON:
        yield "HTML instead of JSON", scraper, instead(scraper, MOMENT), "error_page"
    for scraper in (*JSON[:4], CSV, BOOK, REPORT, "nbac_roster", "br_season_roster"):
        yield "empty body", scraper, instead(scraper, text("")), "malformed"
        yield "cut off", scraper, rewritten(scraper, half), "malformed"
        cut = zipped(whole(scraper)[-1], 0.6)
        yield "truncated gzip", scraper, instead(scraper, cut), "malformed"
    for scraper in ("nbac_play_by_play", BOOK, "espn_roster"):
        lie = replace(whole(scraper)[-1], headers={"content-encoding": "gzip"})
        yield "no gzip at all", scraper, instead(scraper, lie), "malformed"
    for scraper, path in NULLS.items():
        yield "null for a list", scraper, list(edited(scraper, put(path, None))), "malformed"
    for scraper in ("nbac_roster", "espn_game_boxscore"):
        yield "page without data", scraper, instead(scraper, SORRY), "error_page"
    yield "error page", "br_season_roster", [LIMITED], "error_page"
    yield "error page", "br_season_roster", [MOMENT], "error_page"
    yield "error page", CSV, instead(CSV, TOO_MUCH), "error_page"
    yield "log-in page", CSV, instead(CSV, SIGN_IN), "error_page"
    yield "error page", REPORT, instead(REPORT, SORRY), "error_page"
    yield "error page", BOOK, [SORRY], "error_page"
    for scraper, body in (
        ("oddsa_events", {"message": "Unknown sport"}),
        ("oddsa_player_props", {"message": "INVALID_MARKET", "error_code": "x"}),
        ("bdl_games", {"error": "Something went wrong"}),
        ("bdl_games", {"error": "Quota exceeded", "data": []}),
        ("bdl_standings", {"errors": [{"message": "Internal error"}], "data": None}),
        ("espn_scoreboard", {"code": 502, "message": "Bad Gateway"}),
        ("bp_events", {"message": "Internal server error"}),
        ("nbac_player_list", {"Message": "An error has occurred."}),
        ("bigdataball_discovery", {"error": {"code": 500, "message": "Backend Error"}}),
    ):
        yield "error in JSON with 200", scraper, [js(body)], "error_page"
    yield "another PDF", BOOK, [NO_BOOK], "malformed"
    yield "another PDF", REPORT, instead(REPORT, NO_BOOK), "malformed"
    yield "no PDF", REPORT, instead(REPORT, text("%PDG-1.4", kind="x/pdf")), "malformed"
    yield "other columns", CSV, _csv(b"gid,quarter\n1,2\n"), "malformed"
    yield "no columns", CSV, _csv(b"\n"), "malformed"
    yield "a short line", CSV, _csv(whole(CSV)[1].body + b"1,2\n"), "malformed"
    yield "wrong charset", CSV, _latin_csv(), "malformed"
    yield (
        "wrong charset",
        "espn_roster",
        [latin(whole("espn_roster")[0], "application/json")],
        ("malformed"),
    )
    yield (
        "wrong charset",
        "nbac_player_list",
        [latin(whole("nbac_player_list")[0], "x/json")],
        ("malformed"),
    )
    for scraper, n in (("br_season_roster", -1), ("nbac_roster", -1), ("espn_game_boxscore", -1)):
        page = latin(whole(scraper)[n], "text/html; charset=utf-8")
        yield "wrong charset", scraper, instead(scraper, page), "malformed"
    yield "not a number", "bdl_standings", [text('{"data": [{"wins": NaN}]}')], "malformed"
    yield "endless number", "bdl_standings", [text('{"data": [{"wins": 1e999}]}')], "malformed"
    yield "too deep", "bdl_standings", [text('{"data":' + "[" * 100_000)], "malformed"
    yield "too large", "bdl_standings", [text("{", content_length="999999999")], "too_large"
    yield "JSON lines", "bdl_standings", [text('{"data": []}\n{"data": []}')], "malformed"
    yield "a list at the top", "bdl_box_scores", [js([{"id": 1}])], "malformed"
    yield "an object at the top", "oddsa_events", [js({"events": []})], "malformed"
    yield "objects are text", "bp_events", [js({"events": ["31", "32"]})], "malformed"
    yield "rows are short", "nbac_player_list", edited("nbac_player_list", _short_row), "malformed"
    yield "cursor for ever", "bdl_injuries", edited("bdl_injuries", _again), "malformed"


def _fine() -> Iterator[tuple[str, str, list[Answer] | list[Reply]]]:
    for scraper in ("nbac_schedule_api", BOOK, "br_season_roster", CSV):
        yield "gzip", scraper, instead(scraper, zipped(whole(scraper)[-1]))
    page = latin(whole("br_season_roster")[0], "text/html; charset=ISO-8859-1")
    yield "another charset, as it says", "br_season_roster", [page]
    marked = rewritten("bdl_standings", lambda body: b"\xef\xbb\xbf" + body)
    yield "byte order mark", "bdl_standings", marked
    yield "byte order mark", CSV, _csv(b"\xef\xbb\xbf" + whole(CSV)[1].body)
    yield "UTF-16", "bdl_standings", [utf16(whole("bdl_standings")[0])]
    kind = {"content-type": "text/html"}
    called = [replace(reply, headers=kind) for reply in whole("nbac_play_by_play")]
    yield "JSON called HTML", "nbac_play_by_play", called
    yield (
        "spaces before",
        "nbac_play_by_play",
        rewritten("nbac_play_by_play", lambda body: b" \r\n\t" + body),
    )
    yield "more keys", "bdl_standings", edited("bdl_standings", put("message", "new in v2"))
    yield "lines end as in DOS", CSV, _csv(whole(CSV)[1].body.replace(b"\n", b"\r\n"))


def _csv(body: bytes) -> list[Reply]:
    """The listing with the file's new size, and the file."""
    listed = edited(CSV, put("files.0.size", str(len(body))), n=0)[0]
    return [listed, text(body, kind="text/csv")]


def _latin_csv() -> list[Reply]:
    return _csv(whole(CSV)[1].body.decode().replace("Vale", "Vále").encode("latin-1"))


def _short_row(payload: dict[str, list[dict[str, list[list[object]]]]]) -> None:
    payload["resultSets"][0]["rowSet"][3].pop()


def _again(payload: dict[str, object]) -> None:
    payload["meta"] = {"next_cursor": 7}
