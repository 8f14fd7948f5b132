"""Makes Grafana's files of monitoring/queries: the dashboard and the alert rules.

python -m monitoring.build          write them
python -m monitoring.build --check  exit code 1 when one is not as it would be written
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from shared.core.alerts.kinds import RUNBOOK, Severity
from tipoff.queries import NamedQuery, named_queries

HERE = Path(__file__).resolve().parent / "grafana"
SOURCE = HERE / "dashboard.yaml"
PLUGIN = "grafana-bigquery-datasource"
#: The data source's uid in provisioned alert rules; the dashboard asks which one to use.
UID = "tipoff-bigquery"
TABLE, SERIES = 1, 0
PANEL = {"table": "table", "series": "timeseries", "bars": "barchart", "stat": "stat"}
HEIGHT = 9
WIDTH = 24
#: In place of a query's parameters, in panels and in alert rules.
IN_PANELS = {"game_date": "DATE('${game_date}')", "days": "${days}", "now": "CURRENT_TIMESTAMP()"}
TODAY = "DATE(DATETIME_SUB(CURRENT_DATETIME('America/New_York'), INTERVAL 5 HOUR))"
IN_RULES = {"game_date": TODAY, "days": "7", "now": "CURRENT_TIMESTAMP()"}
#: The game days to choose from, newest first.
GAME_DAYS = f"""SELECT CAST(day AS STRING) AS day
FROM UNNEST(GENERATE_DATE_ARRAY(DATE_SUB({TODAY}, INTERVAL 60 DAY), {TODAY})) AS day
ORDER BY day DESC"""  # noqa: S608 constants of this module
COLOURS = {
    "green": ("ON TIME", "SATISFIED", "completed", "success", "RECENT", "NONE"),
    "yellow": ("LATE", "partial", "no_data", "WARNING", "WITHDRAWN"),
    "red": ("MISSING", "ABORTED", "failed", "CRITICAL", "ERROR"),
    "blue": ("NOT DUE", "INFO"),
}
#: How often rules are evaluated. They name about thirty tables, and BigQuery bills 10 MB for each:
#: half a terabyte a month (1.4 every ten minutes). Cleanup tells the same every 15 minutes.
INTERVAL = "30m"


def dashboard() -> dict[str, Any]:
    """The dashboard as Grafana imports it."""
    told = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    queries = named_queries()
    return {
        "uid": told["uid"],
        "title": told["title"],
        "tags": ["tipoff"],
        "timezone": "America/New_York",
        "schemaVersion": 39,
        "editable": True,
        "refresh": "5m",
        "time": {"from": "now-2d", "to": "now"},
        "templating": {"list": [*_variables()]},
        "panels": [*_panels(told["rows"], queries)],
    }


def _variables() -> Iterator[dict[str, Any]]:
    yield {"name": "datasource", "type": "datasource", "query": PLUGIN, "label": "BigQuery"}
    yield {
        "name": "game_date",
        "label": "Game day",
        "type": "query",
        "datasource": _datasource(),
        "query": _target(GAME_DAYS, TABLE),
        "refresh": 1,
        "sort": 0,
    }
    yield {
        "name": "days",
        "label": "Days",
        "type": "custom",
        "query": "1,7,14,30",
        "current": {"text": "7", "value": "7"},
    }


def _panels(
    rows: list[Mapping[str, Any]], queries: Mapping[str, NamedQuery]
) -> Iterator[dict[str, Any]]:
    number, y = 0, 0
    for row in rows:
        number += 1
        place = {"x": 0, "y": y, "w": WIDTH, "h": 1}
        yield {"id": number, "type": "row", "title": row["title"], "gridPos": place, "panels": []}
        x, y, tallest = 0, y + 1, 0
        for panel in row["panels"]:
            number += 1
            width, height = panel["width"], panel.get("height", HEIGHT)
            if x + width > WIDTH:
                x, y, tallest = 0, y + tallest, 0
            place = {"x": x, "y": y, "w": width, "h": height}
            yield _panel(number, panel, queries[panel["query"]], place)
            x, tallest = x + width, max(tallest, height)
        y += tallest


def _panel(
    number: int, panel: Mapping[str, Any], query: NamedQuery, place: Mapping[str, int]
) -> dict[str, Any]:
    as_series = panel["as"] == "series"
    sql = query.replaced(IN_PANELS)
    return {
        "id": number,
        "type": PANEL[panel["as"]],
        "title": query.title,
        "description": query.about,
        "datasource": _datasource(),
        "gridPos": dict(place),
        "targets": [{"refId": "A", **_target(sql, SERIES if as_series else TABLE)}],
        "fieldConfig": {
            "defaults": {"unit": panel["unit"]} if "unit" in panel else {},
            "overrides": _overrides(panel),
        },
        "options": {},
    }


def _overrides(panel: Mapping[str, Any]) -> list[dict[str, Any]]:
    if "colour" not in panel:
        return []
    shown = {word: {"color": name} for name, words in COLOURS.items() for word in words}
    return [
        {
            "matcher": {"id": "byName", "options": panel["colour"]},
            "properties": [
                {"id": "custom.cellOptions", "value": {"type": "color-text"}},
                {"id": "mappings", "value": [{"type": "value", "options": shown}]},
            ],
        }
    ]


def _datasource() -> dict[str, str]:
    return {"type": PLUGIN, "uid": "${datasource}"}


def _target(sql: str, form: int) -> dict[str, Any]:
    return {"rawQuery": True, "rawSql": sql, "format": form, "editorMode": "code"}


def rules() -> dict[str, Any]:
    """The alert rules as Grafana provisions them: one for each query of an alert."""
    found = [query for name, query in named_queries().items() if name.startswith("alerts/")]
    group = {
        "orgId": 1,
        "name": "tipoff",
        "folder": "Tipoff",
        "interval": INTERVAL,
        "rules": [_rule(query) for query in found],
    }
    return {"apiVersion": 1, "groups": [group]}


def _rule(query: NamedQuery) -> dict[str, Any]:
    code = query.name.removeprefix("alerts/")
    loud = query.about.startswith(Severity.CRITICAL)
    return {
        "uid": f"tipoff-{code}".replace("_", "-"),
        "title": code,
        "condition": "B",
        "for": "0s",
        "noDataState": "OK",
        "execErrState": "Error",
        "labels": {"severity": (Severity.CRITICAL if loud else Severity.WARNING).lower()},
        "annotations": {
            "summary": query.about,
            "runbook": f"{RUNBOOK}#{code}",
            "query": f"monitoring/queries/{query.name}.sql",
        },
        "data": [
            {
                "refId": "A",
                "datasourceUid": UID,
                "relativeTimeRange": {"from": 600, "to": 0},
                "model": {"refId": "A", **_target(counted(query), TABLE)},
            },
            {
                "refId": "B",
                "datasourceUid": "__expr__",
                "relativeTimeRange": {"from": 0, "to": 0},
                "model": {
                    "refId": "B",
                    "type": "threshold",
                    "expression": "A",
                    "conditions": [{"evaluator": {"type": "gt", "params": [0]}}],
                },
            },
        ],
    }


def counted(query: NamedQuery) -> str:
    """How many rows the query finds, as one number."""
    return f"SELECT COUNT(*) AS firing\nFROM (\n{query.replaced(IN_RULES)}\n) AS found"


def files() -> Mapping[Path, str]:
    """What is to be in Grafana's files."""
    made = "# Made by python -m monitoring.build: edit monitoring/queries instead.\n"
    return {
        HERE / "dashboard.json": json.dumps(dashboard(), indent=2) + "\n",
        HERE / "alerts.yaml": made + yaml.safe_dump(rules(), sort_keys=False, width=100),
    }


def main() -> int:
    """The command line."""
    wrong = 0
    for path, text in files().items():
        if sys.argv[1:] == ["--check"]:
            same = path.exists() and path.read_text(encoding="utf-8") == text
            wrong += not same
        else:
            path.write_text(text, encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
