"""status: GET /health, in the shape the original's operators know.

Answers 200 with JSON; 404 names the paths there are. Nothing is written.
"""

from __future__ import annotations

import json
from typing import Any

import flask
import functions_framework

from shared.core.days import iso
from shared.wiring import world
from shared.world import World

PATHS = ("/health",)


@functions_framework.http
def status(request: flask.Request) -> flask.typing.ResponseReturnValue:
    """Entry point; see the module."""
    return handle(request.path, world())


def handle(path: str, here: World) -> flask.Response:
    """The answer to a GET of `path`."""
    if path.rstrip("/") not in PATHS:
        return _answer(404, {"error": f"no such path: {path}", "paths": list(PATHS)})
    return _answer(200, health(here))


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


def _answer(code: int, body: dict[str, Any]) -> flask.Response:
    text = json.dumps(body, indent=2) + "\n"
    return flask.Response(text, status=code, mimetype="application/json")
