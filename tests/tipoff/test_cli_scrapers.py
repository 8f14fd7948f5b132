"""`tipoff scrapers`: the table of the registry."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

from tests.config.test_services import example
from tests.tipoff.cli_run import CONFIG, tipoff


def test_the_table_names_every_scraper_in_order_and_fits_a_hundred_columns() -> None:
    lines = tipoff("scrapers").out.splitlines()
    assert lines[0].split("  ")[0] == "scraper"
    names = [line.split()[0] for line in lines[1:] if not line.startswith(" ")]
    assert names == sorted(names)
    assert len(names) >= 34
    assert max(map(len, lines)) <= 100
    at = lines.index(next(line for line in lines if line.startswith("nbac_play_by_play ")))
    assert lines[at].split(maxsplit=3) == [
        "nbac_play_by_play",
        "nba_cdn",
        "json",
        "game (date, season)  about 500",
    ]
    assert lines[at + 1] == "    -> nbac_play_by_play; post_game_window_3"


def test_what_each_answers_with_and_how_many_records_are_usual() -> None:
    found = {each["name"]: each for each in tipoff("scrapers", "--json").json}
    formats = {name: each["format"] for name, each in found.items() if each["format"] != "json"}
    assert (
        formats.items()
        >= {
            "nbac_injury_report": "pdf",
            "nbac_gamebook_pdf": "pdf",
            "nbac_roster": "html",
            "espn_game_boxscore": "html",
            "br_season_roster": "html",
            "bigdataball_pbp": "csv",
        }.items()
    )
    asked = [each for each in found.values() if not str(each["manual"]).startswith("new")]
    assert len(asked) >= 34
    assert all(each["usual"] != "unknown" for each in asked)
    assert found["bdl_standings"]["usual"] == "30"
    assert found["nbac_roster"]["host"] == "www.nba.com"


def test_wide_counts_the_tests_that_name_a_scraper() -> None:
    said = tipoff("scrapers", "--wide")
    assert said.out.splitlines()[0].split()[-3:] == ["tests", "used", "by"]
    found = {each["name"]: each for each in tipoff("scrapers", "--json").json}
    assert found["bdl_box_scores"]["tests"] >= 5


def test_a_service_and_one_that_is_not_available_say_so(tmp_path: Path) -> None:
    config = example(tmp_path)
    for name in ("tables", "views"):
        copytree(CONFIG / name, config / name)
    path = config / "scrapers.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  bdl_games:\n", "  bdl_games:\n    available: false\n"))
    out = tipoff("scrapers", "--config", config).out
    assert "our_team_boxscore         our_scrapers          service" in out
    assert "    -> files only; not yet\n" in out
