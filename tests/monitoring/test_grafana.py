"""Grafana's files are made of the queries, fit its grid, and every panel's SQL is answered."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from monitoring.build import GAME_DAYS, SOURCE, UID, WIDTH, dashboard, files, rules
from shared.core.alerts.kinds import CODES
from tests.monitoring.conftest import WEDNESDAY, Ask
from tests.monitoring.test_alert_queries import ELSEWHERE, TOLD_BY
from tipoff.queries import named_queries

BOARD = dashboard()
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
RULES = rules()["groups"][0]["rules"]


def replaced(sql: str) -> str:
    """What Grafana asks when the played day is chosen."""
    chosen = {"${game_date}": WEDNESDAY.isoformat(), "${days}": "7"}
    for variable, value in chosen.items():
        sql = sql.replace(variable, value)
    assert not re.search(r"\$\{|\$__|@\w", sql), "nothing is left to be replaced"
    return sql


def sql_of(panel: dict[str, Any]) -> str:
    (target,) = panel["targets"]
    return str(target["rawSql"])


def test_the_files_are_what_the_queries_make() -> None:
    for path, text in files().items():
        assert path.read_text(encoding="utf-8") == text, "run python -m monitoring.build"
    assert json.loads(files()[SOURCE.with_suffix(".json")]) == BOARD


def test_every_query_has_a_panel_or_a_rule() -> None:
    told = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    shown = [panel["query"] for row in told["rows"] for panel in row["panels"]]
    assert len(shown) == len(set(shown))
    names = set(named_queries())
    assert {f"alerts/{rule['title']}" for rule in RULES} | set(shown) == names


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_a_panel_is_answered_with_the_columns_that_it_shows(
    panel: dict[str, Any], embedded: Ask
) -> None:
    columns, _ = embedded(replaced(sql_of(panel)), {})
    coloured = [each["matcher"]["options"] for each in panel["fieldConfig"]["overrides"]]
    assert set(coloured) <= set(columns)
    if panel["type"] == "timeseries":
        assert columns[0] == "time"
        assert panel["targets"][0]["format"] == 0
    else:
        assert panel["targets"][0]["format"] == 1


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["title"]))
def test_a_rule_counts_and_fires_above_none(rule: dict[str, Any], embedded: Ask) -> None:
    asked, threshold = rule["data"]
    columns, rows = embedded(replaced(asked["model"]["rawSql"]), {})
    assert columns == ("firing",)
    ((number,),) = rows
    assert isinstance(number, int)
    assert asked["datasourceUid"] == UID
    assert rule["condition"] == threshold["refId"]
    assert threshold["model"]["expression"] == asked["refId"]
    assert threshold["model"]["conditions"][0]["evaluator"] == {"type": "gt", "params": [0]}


def test_every_alert_that_is_in_the_tables_has_a_rule_of_its_severity() -> None:
    found = {rule["title"]: rule["labels"]["severity"] for rule in RULES}
    assert set(found) | set(TOLD_BY) | ELSEWHERE == set(CODES)
    # Where an alert has two, the query says which of them its limit is.
    double = {"schedule_stale", "missing_files", "credits_low"}
    for code, severity in found.items():
        if code not in double:
            assert severity == CODES[code].lower(), code


def test_ids_are_unique_and_panels_do_not_overlap() -> None:
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(ids) == len(set(ids))
    uids = [rule["uid"] for rule in RULES]
    assert len(uids) == len(set(uids))
    assert all(len(uid) <= 40 for uid in uids)
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= WIDTH
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_game_days_are_offered_newest_first(embedded: Ask) -> None:
    _, rows = embedded(GAME_DAYS, {})
    assert len(rows) == 61
    assert rows == sorted(rows, reverse=True)
