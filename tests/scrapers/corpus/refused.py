"""Refusals and broken wires: statuses, redirects, waits, and what passes when it is tried again."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from tests.scrapers.corpus.build import Answer, Case, first, js, text, whole

BUSY = text("Too Many Requests", 429, "text/plain")
SOON = text("Too Many Requests", 429, "text/plain", retry_after="2")
LATER = text("Too Many Requests", 429, "text/plain", retry_after="3600")
DATED = text("busy", 429, retry_after="Wed, 12 Nov 2025 18:00:03 GMT")
DOWN = text("<html><title>503 Backend fetch failed</title></html>", 503)
DENIED = text("<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD></HTML>", 403)
REGION = text("This content is not accessible in this region.", 403)
CONSENT = text("", 302, location="https://consent.example.com/collect?continue=x")
LOGIN = text("", 302, location="/login")
FORM = text("<!doctype html><html><title>Sign in</title><form></form></html>")
QUOTA = js(
    {
        "error": {
            "code": 403,
            "message": "The download quota for this file has been exceeded.",
            "errors": [{"domain": "usageLimits", "reason": "downloadQuotaExceeded"}],
        }
    },
    403,
)
NO_KEY = js({"message": "API key is not valid"}, 401)
SPENT = js(
    {"message": "Usage quota has been reached", "error_code": "OUT_OF_USAGE_CREDITS"},
    401,
    x_requests_remaining="0",
    x_requests_used="20000",
)

#: kind, scraper, answers, class of the failure.
FAILED: tuple[tuple[str, str, tuple[Answer, ...], str], ...] = (
    ("429 for ever", "bdl_standings", (BUSY,), "rate_limited"),
    ("429 for ever", "oddsa_events", (BUSY,), "rate_limited"),
    ("429 for ever", "br_season_roster", (BUSY,), "rate_limited"),
    ("429 with Retry-After", "bdl_standings", (SOON,), "rate_limited"),
    ("429, an hour's wait", "espn_roster", (LATER,), "rate_limited"),
    ("5xx for ever", "nbac_player_boxscore", (DOWN,), "http_5xx"),
    ("5xx for ever", "nbac_gamebook_pdf", (DOWN,), "http_5xx"),
    ("5xx for ever", "bigdataball_discovery", (text("", 500),), "http_5xx"),
    ("5xx for ever", "oddsa_player_props", (text("", 502),), "http_5xx"),
    ("5xx on page two", "bdl_active_players", (*whole("bdl_active_players")[:1], DOWN), "http_5xx"),
    ("5xx on page two", "bp_player_props", (*whole("bp_player_props")[:2], DOWN), "http_5xx"),
    ("5xx on the file", "bigdataball_pbp", (*whole("bigdataball_pbp")[:1], DOWN), "http_5xx"),
    ("blocked", "nbac_schedule_api", (DENIED,), "blocked"),
    ("blocked", "espn_game_boxscore", (DENIED,), "blocked"),
    ("blocked", "br_season_roster", (DENIED,), "blocked"),
    ("blocked", "bp_events", (js({"message": "Forbidden"}, 403),), "blocked"),
    ("blocked by region", "nbac_injury_report", (REGION,), "blocked"),
    ("blocked by region", "nbac_play_by_play", (REGION,), "blocked"),
    ("key refused", "oddsa_events", (NO_KEY,), "blocked"),
    ("key refused", "bdl_box_scores", (text("Unauthorized", 401),), "blocked"),
    ("credits spent", "oddsa_player_props", (SPENT,), "out_of_credits"),
    ("Drive quota", "bigdataball_pbp", (*whole("bigdataball_pbp")[:1], QUOTA), "blocked"),
    ("Drive quota", "bigdataball_discovery", (QUOTA,), "blocked"),
    ("bad request", "nbac_scoreboard_v2", (text("Bad Request", 400),), "http_4xx"),
    ("bad request", "oddsa_events", (js({"message": "Invalid date"}, 422),), "http_4xx"),
    ("gone for good", "espn_roster", (text("Not Found", 404),), "http_4xx"),
    ("gone for good", "bdl_games", (text("Not Found", 404),), "http_4xx"),
    ("gone for good", "nbac_player_movement", (text("gone", 410),), "http_4xx"),
    ("consent page", "nbac_roster", (CONSENT,), "error_page"),
    ("consent page", "espn_scoreboard", (CONSENT,), "error_page"),
    ("consent page", "bigdataball_discovery", (CONSENT,), "error_page"),
    ("log-in page", "bp_events", (LOGIN, FORM), "error_page"),
    ("log-in page", "bigdataball_pbp", (*whole("bigdataball_pbp")[:1], LOGIN, FORM), "error_page"),
    ("redirects for ever", "nbac_player_list", (LOGIN,), "error_page"),
    ("redirect to nowhere", "nbac_player_list", (text("", 302),), "error_page"),
    ("no answer", "nbac_schedule_api", (httpx.ReadTimeout("slow"),), "timeout"),
    ("no answer", "oddsa_game_lines", (httpx.ConnectTimeout("slow"),), "timeout"),
    ("no connection", "nbac_team_boxscore", (httpx.ConnectError("refused"),), "network"),
    ("hung up", "bdl_injuries", (httpx.RemoteProtocolError("closed early"),), "network"),
    ("no name", "nbac_gamebook_pdf", (httpx.ConnectError("name not known"),), "network"),
    ("no content", "bdl_games", (text("", 204),), "malformed"),
    ("no content", "nbac_play_by_play", (text("", 204),), "malformed"),
    ("part of the content", "nbac_play_by_play", (text("{", 206),), "malformed"),
    ("not changed", "espn_scoreboard", (text("", 304),), "malformed"),
)

#: kind, scraper, what came before the whole answer.
PASSED: tuple[tuple[str, str, tuple[Answer, ...]], ...] = (
    ("429, then whole", "bdl_standings", (BUSY,)),
    ("429 with Retry-After, then whole", "bdl_box_scores", (SOON, SOON)),
    ("429 with a date, then whole", "oddsa_events", (DATED,)),
    ("503, then whole", "nbac_player_boxscore", (DOWN, DOWN)),
    ("503, then whole", "nbac_injury_report", (DOWN,)),
    ("timeout, then whole", "nbac_schedule_api", (httpx.ReadTimeout("slow"),)),
    ("hung up, then whole", "espn_game_boxscore", (httpx.ReadError("reset"),)),
    ("moved on the same host", "nbac_roster", (text("", 301, location="/team/moved"),)),
    ("the long book alone", "nbac_gamebook_pdf", (text("Not Found", 404),)),
)


def cases() -> Iterator[Case]:
    for kind, scraper, answers, error in FAILED:
        yield Case(kind=kind, scraper=scraper, answers=answers, label="failed", error=error)
    for kind, scraper, troubles in PASSED:
        whole_at_last = first(scraper, *troubles)
        yield Case(
            kind=kind, scraper=scraper, answers=whole_at_last, label="success", complete=True
        )
