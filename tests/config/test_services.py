"""Scraper services in the configuration: the how-to's example, and what cannot be right in it."""

from __future__ import annotations

import re
from pathlib import Path
from shutil import copyfile

import pytest

from shared.config import FILES, load_config
from tests.config.edits import CONFIG, complaints

HOW_TO = CONFIG.parent / "docs" / "scraper-service.md"
KEY = "scrapers.yaml line N scrapers.our_team_boxscore"
FORMS = "date, season, game, team, event, away, home, tip, date:%Y%m%d, season:start or season:end"


def example(folder: Path, old: str = "", new: str = "") -> Path:
    """The shipped configuration with the how-to's two blocks in it; the first `old` is `new`."""
    for name in FILES:
        copyfile(CONFIG / f"{name}.yaml", folder / f"{name}.yaml")
    for block in re.findall(r"```yaml\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL):
        key, _, entries = block.partition("\n")
        path = folder / f"{key.removesuffix(':')}.yaml"
        text = path.read_text(encoding="utf-8")
        if old in entries:
            entries = entries.replace(old, new, 1)
            old = ""
        path.write_text(text + entries, encoding="utf-8")
    assert not old, "the edit is of text that is there"
    return folder


def test_the_example_of_the_how_to_loads(tmp_path: Path) -> None:
    config = load_config(example(tmp_path))
    boxes, plays = config.scrapers["our_team_boxscore"], config.scrapers["our_play_by_play"]
    assert (boxes.kind, plays.kind) == ("service", "service")
    assert boxes.service is not None
    assert plays.service is not None
    assert boxes.service.params["season"] == "season:start"
    assert plays.service.answer.record_count == "data_summary.rowCount"
    assert plays.service.answer.status == "status"
    assert config.source_of(boxes.name).key_in == "bearer"


@pytest.mark.parametrize(
    ("old", "new", "place", "found", "allowed"),
    [
        ("kind: service", "kind: serve", "kind", "serve", "'fetch' or 'service'"),
        ("    kind: service\n", "", "service", "a service", "it with kind: service"),
        ("path: /scrape", "path: scrape", "path", "scrape", "a path as /scrape (the name in..."),
        ("path: /scrape", "path: /a?b={scraper}", "path", "/a?b={scraper}", "a path as /scra..."),
        ("path: /scrape", "path: /{name}", "path", "/{name}", "a path as /scrape (the name ..."),
        (
            "scraper: nbac_team_boxscore",
            "scraper: a/b",
            "service.scraper",
            "a/b",
            "letters, digits, _ and -",
        ),
        (
            "      scraper: nbac_team_boxscore # what the service calls it\n",
            "",
            "service.scraper",
            "nothing",
            "this key is required",
        ),
        ("files: [our_scrapers/]", "files: []", "service.files", "none", "at least one folder"),
        ("[our_scrapers/]", "[box]", "service.files[0]", "box", "folder/ in the raw bucket, ..."),
        ("[our_scrapers/]", "[../x/]", "service.files[0]", "../x/", "folder/ in the raw buck..."),
        ("[our_scrapers/]", "[s3://b/]", "service.files[0]", "s3://b/", "folder/ in the raw ..."),
        (
            "[our_scrapers/]",
            "[nba_stats/team_boxscore/]",
            "service.files[0]",
            "nba_stats/team_boxscore/",
            "a folder that no other source writes to",
        ),
        (
            "[our_scrapers/]",
            '["gs://bkt/c/"]',
            "table",
            "our_team_boxscore",
            "no table: files of another bucket are recorded and not loaded",
        ),
        ("game_id: game", "game_id: gameid", "service.params.game_id", "gameid", FORMS),
        ("game_id: game", "game_id: date:20", "service.params.game_id", "date:20", FORMS),
        (
            "game_id: game",
            "game_id: team",
            "service.params.game_id",
            "team",
            "one of the entry's params: date, season, game",
        ),
        (
            "game_id: game",
            "scraper: game",
            "service.params.scraper",
            "scraper",
            "another name: this one holds the scraper's",
        ),
        (
            "      params:\n        game_id: game\n",
            "      parameters:\n        game_id: game\n",
            "service.parameters",
            "...",
            "only known keys",
        ),
    ],
)
def test_a_service_that_cannot_be_right_names_place_found_and_allowed(
    tmp_path: Path, old: str, new: str, place: str, found: str, allowed: str
) -> None:
    first, *_ = complaints(example(tmp_path, old, new))
    assert re.sub(r"line \d+", "line N", first.place) == f"{KEY}.{place}"
    assert found in (first.found, "...")
    assert str(first.allowed).startswith(allowed.removesuffix("..."))


def test_keys_of_the_answer_are_checked(tmp_path: Path) -> None:
    found = complaints(example(tmp_path, "data_summary.rowCount", "data_summary[0]"))
    (only,) = found
    assert only.place.endswith("our_play_by_play.service.answer.record_count")
    assert (only.found, only.allowed) == (
        "data_summary[0]",
        "keys with dots between, as data_summary.rowCount",
    )


def test_the_line_is_that_of_the_key(tmp_path: Path) -> None:
    (only,) = complaints(example(tmp_path, "game_id: game", "game_id: gameid"))
    line = int(re.findall(r"line (\d+)", only.place)[0])
    text = (tmp_path / "scrapers.yaml").read_text(encoding="utf-8").splitlines()
    assert text[line - 1].strip() == "game_id: gameid"


def test_the_schedule_is_fetched_here(tmp_path: Path) -> None:
    folder = example(tmp_path)
    path = folder / "scrapers.yaml"
    text = path.read_text(encoding="utf-8")
    service = "    kind: service\n    service:\n      scraper: x\n      files: [nba_stats/]\n"
    path.write_text(text.replace("    dataset: schedule\n", f"    dataset: schedule\n{service}", 1))
    (only,) = complaints(folder)
    assert only.place.endswith("scrapers.nbac_schedule_api.kind")
    assert only.allowed == "fetch: its records become the calendar"


def test_a_step_cannot_wait_for_targets_of_a_service(tmp_path: Path) -> None:
    folder = example(tmp_path)
    path = folder / "workflows.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("oddsa_events", "our_team_boxscore"),
        encoding="utf-8",
    )
    found = [each for each in complaints(folder) if "targets_from" in each.place]
    assert found
    assert found[0].found == "our_team_boxscore, a scraper service"
