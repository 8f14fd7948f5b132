"""The simulator over workflows other than the shipped: games one by one, and chains of needs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.settings import Settings
from sim.chaos.campaign import Terrain, judge
from tests.chaos.made import ROOT
from tests.tipoff.cli_run import tipoff

REFRESH = {"kind": "every", "hours": 3}, ["nbac_schedule_api"]

#: Workflows as (trigger, scrapers), and more of their keys.
EACH_GAME = {
    "refresh": REFRESH,
    "boxes": (
        {"kind": "after_each_game", "minutes": 180, "deadline_hours": 10},
        ["bdl_box_scores", "nbac_player_boxscore", "nbac_team_boxscore"],
        {"attempts": 3},
    ),
    "events": (
        {"kind": "before_each_game", "minutes": 180},
        ["oddsa_events", "espn_scoreboard"],
        {"attempts": 2},
    ),
}
CHAIN = {
    "refresh": REFRESH,
    "base": (
        {"kind": "daily", "start": "05:00", "end": "16:00"},
        ["bdl_standings", "nbac_player_movement"],
        {"attempts": 4},
    ),
    "second": (
        {"kind": "daily", "start": "07:00", "end": "20:00"},
        ["espn_roster"],
        {"attempts": 2, "needs": ["base"]},
    ),
    "third": (
        {"kind": "discovery", "start": "08:00", "every_hours": 2, "refresh": True},
        ["nbac_injury_report"],
        {"needs": ["second"]},
    ),
    "night": (
        {"kind": "clock", "at": "03:00", "tolerance_minutes": 30, "useful_until": "13:00"},
        ["nbac_gamebook_pdf", "espn_game_boxscore"],
        {"attempts": 6, "needs": ["base"]},
    ),
}


def configuration(folder: Path, workflows: dict[str, Any]) -> Path:
    """The shipped configuration with these workflows alone."""
    shutil.copytree(ROOT / "config", folder)
    entries = {
        name: {
            "description": "made for a test",
            "priority": "MEDIUM",
            "trigger": trigger,
            "steps": [{"scrapers": scrapers}],
            **(more[0] if more else {}),
        }
        for name, (trigger, scrapers, *more) in workflows.items()
    }
    text = yaml.safe_dump({"preseason": False, "workflows": entries}, sort_keys=False)
    (folder / "workflows.yaml").write_text(text, "utf-8")
    used = {name for entry in entries.values() for name in entry["steps"][0]["scrapers"]}
    registry = yaml.safe_load((folder / "scrapers.yaml").read_text("utf-8"))
    for name, scraper in registry["scrapers"].items():
        scraper.pop("manual", None)
        if name not in used:
            scraper["manual"] = "not in this test"
    text = yaml.safe_dump(registry, sort_keys=False)
    (folder / "scrapers.yaml").write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize("workflows", [EACH_GAME, CHAIN], ids=["each_game", "chain"])
def test_workflows_of_ones_own_keep_every_promise(
    tmp_path: Path, workflows: dict[str, Any]
) -> None:
    folder = configuration(tmp_path / "mine", workflows)
    checked = tipoff("check", "--config", folder)
    assert checked.code == 0, checked.out
    settings = Settings(environment="test", config=folder)
    ran = 0
    # The last: no schedule for two days, and so plans that promise nothing.
    for seed in (3, 10, 21, 910001):
        played = judge(Terrain().scenario(seed), settings)
        assert played.violations == (), seed
        ran += played.effects["executions"]
    # It was not quiet: an execution an hour at least.
    assert ran > 4 * 24
