"""status: a game day as a page, the same as JSON, and GET /health as the original had it.

    GET /                  the page of the game day that is going on
    GET /?date=2025-11-12  the page of another one
    GET /api/day/DATE      the same as JSON
    GET /health            what is deployed and configured

200 answers; 400 names a date that is none; 404 names the paths there are; 405 allows GET and
HEAD; 503 says what could not be read. Nothing is written.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import flask
import functions_framework

from shared.core.days import day_of_instant, iso
from shared.core.errors import BadInput
from shared.core.games import YEARS
from shared.errors import PortUnavailable
from shared.page.day import day_json, day_page
from shared.page.html import policy
from shared.wiring import world
from shared.world import World

PATHS = ("/", "/?date=DATE", "/api/day/DATE", "/health")
API = "/api/day/"

#: Nothing here is kept by anybody, guessed at, framed or told to others.
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Vary": "Accept-Encoding",
}

#: Bytes from which an answer is worth packing.
PACKED_FROM = 1_000


@functions_framework.http
def status(request: flask.Request) -> flask.typing.ResponseReturnValue:
    """Entry point; see the module."""
    return answer(request, world())


def answer(request: flask.Request, here: World) -> flask.Response:
    """The answer to a request, packed where that is understood."""
    found = handle(request.method, request.path, request.args, here)
    return _packed(found, request.headers.get("Accept-Encoding", ""))


def handle(method: str, path: str, args: Mapping[str, str], here: World) -> flask.Response:
    """The answer to a request."""
    if method not in ("GET", "HEAD"):
        return _json(405, {"error": f"{method} is not allowed"}, {"Allow": "GET, HEAD"})
    try:
        return _found(path.rstrip("/") or "/", args, here)
    except BadInput as e:
        return _json(400, {"error": str(e)})
    except PortUnavailable as e:
        here.log.error(f"the page cannot be made: {e}", action="status")
        return _json(503, {"error": f"cannot be read now: {e}"}, {"Retry-After": "30"})


def _found(path: str, args: Mapping[str, str], here: World) -> flask.Response:
    if path == "/":
        given = args.get("date")
        day = _day(given) if given else day_of_instant(here.clock.now())
        headers = {"Content-Security-Policy": f"{policy()}; frame-ancestors 'none'"}
        return _answer(200, day_page(here, day), "text/html", headers)
    if path == "/health":
        return _json(200, health(here))
    if path.startswith(API):
        return _json(200, day_json(here, _day(path.removeprefix(API))))
    return _json(404, {"error": f"no such path: {path}", "paths": list(PATHS)})


def _day(text: str) -> date:
    """An ISO date of a year that can have games."""
    allowed = f"a date as YYYY-MM-DD, {YEARS.start} to {YEARS[-1]}"
    try:
        found = date.fromisoformat(text)
    except ValueError as e:
        raise BadInput("date", text, allowed) from e
    if found.isoformat() != text or found.year not in YEARS:
        raise BadInput("date", text, allowed)
    return found


def health(here: World) -> dict[str, Any]:
    """What is deployed here and what is configured; healthy means that it answers."""
    available = sum(scraper.available for scraper in here.config.scrapers.values())
    return {
        "status": "healthy",
        "service": "tipoff",
        "version": here.settings.version,
        "deployment": here.settings.deployment,
        "timestamp": iso(here.clock.now()),
        "components": {
            "scrapers": {"available": available, "status": "operational"},
            "orchestration": {
                "schedule_locker": "available",
                "master_controller": "available",
                "workflow_executor": "available",
                "cleanup_processor": "available",
                "enabled_workflows": len(here.config.enabled),
                "workflows": [workflow.name for workflow in here.config.enabled],
            },
        },
    }


def _json(code: int, body: object, headers: Mapping[str, str] | None = None) -> flask.Response:
    text = json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    return _answer(code, text, "application/json", headers)


def _answer(
    code: int, text: str, mimetype: str, headers: Mapping[str, str] | None = None
) -> flask.Response:
    made = flask.Response(text, status=code, mimetype=mimetype)
    made.headers.update({**HEADERS, **(headers or {})})
    return made


def _packed(made: flask.Response, accepted: str) -> flask.Response:
    """The answer in gzip, where that is understood and worth it."""
    body = made.get_data()
    if "gzip" in accepted and len(body) >= PACKED_FROM:
        # Without a time in it: equal pages are equal bytes.
        made.set_data(gzip.compress(body, mtime=0))
        made.headers["Content-Encoding"] = "gzip"
    return made
