"""`tipoff runs`, `missing` and `export` over a day on which nothing ran from 06:00 to 16:30."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from local.world import open as open_folder
from shared.settings import Settings
from tests.page.days import OUTAGE, SEASON, out_of_order
from tests.tipoff.cli_run import CONFIG, put, store_in, tipoff

DAY = OUTAGE.isoformat()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return out_of_order(tmp_path_factory.mktemp("reading"))


# --- runs ----------------------------------------------------------------------------------------


def test_runs_are_listed_newest_first_and_filtered(data: Path) -> None:
    every = tipoff("runs", "--data", data, "--limit", 0, "--json").json
    assert [row["triggered_at"] for row in every] == sorted(
        (row["triggered_at"] for row in every), reverse=True
    )
    assert {row["target_date"] for row in every} == {DAY}
    lines = tipoff("runs", "--data", data, "--workflow", "betting-lines", "--limit", 0, "--json")
    assert len(lines.json) == sum(row["workflow"] == "betting_lines" for row in every) > 0
    one = tipoff("runs", "--data", data, "--scraper", "oddsa_events", "--status", "success")
    assert "betting_lines  oddsa_events" in one.out
    assert one.out.endswith(f"1 run of {DAY}\n")


def test_the_newest_are_shown_and_the_rest_counted(data: Path) -> None:
    said = tipoff("runs", "--data", data, "--limit", 3)
    assert len(said.out.splitlines()) == 1 + 3 + 1
    assert ", the newest 3 shown (--limit 0: all)" in said.out


def test_a_day_without_runs_has_none_and_says_which_day_that_is(data: Path) -> None:
    said = tipoff("runs", "--data", data, "--date", "2025-12-01")
    assert (said.code, said.out) == (0, "0 runs of 2025-12-01 (--date D: of another game day)\n")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--status", "done"), "--status: found [done], allowed: "),
        (("--workflow", "beting_lines"), "betting_lines (the nearest)"),
        (("--scraper", "espn_rooster"), "espn_roster (the nearest)"),
        (("--date", "12/05/2025"), "--date: found [12/05/2025]"),
        (("--limit", "-1"), "--limit: found [-1]"),
    ],
)
def test_what_cannot_be_meant_is_refused(data: Path, args: tuple[str, ...], told: str) -> None:
    said = tipoff("runs", "--data", data, *args)
    assert said.code == 2
    assert told in said.err


@pytest.mark.parametrize("command", [("runs",), ("missing",), ("export", DAY)])
def test_a_folder_in_which_nothing_was_done_is_refused(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    said = tipoff(*command, "--data", tmp_path / "none")
    assert said.code == 2
    assert "a folder that tipoff has worked in" in said.err
    assert not (tmp_path / "none").exists()


# --- missing -------------------------------------------------------------------------------------


def test_slots_that_nothing_ran_are_missing_and_what_is_not_due_is_not(data: Path) -> None:
    said = tipoff("missing", "--data", data, "--json")
    assert said.code == 1
    found = {each["which"]: each for each in said.json}
    # 13:00 ET, of a workflow that is critical.
    lines = found[f"{DAY}.betting_lines.20251205T180000Z"]
    assert (lines["urgency"], lines["kind"]) == ("CRITICAL", "slot")
    assert lines["what"].startswith("ABORTED: no run began between 13:00 ET and 15:00 ET")
    assert found[f"{DAY}.referee_discovery.20251205T140000Z"]["urgency"] == "WARNING"
    # Its last poll has passed; other datasets are had, or the night that asks for them is ahead.
    lacking = [(each["which"], each["urgency"]) for each in said.json if each["kind"] == "data"]
    assert lacking == [(f"{DAY} referee_assignments", "WARNING")]
    assert [each["urgency"] for each in said.json] == sorted(
        (each["urgency"] for each in said.json), key=("CRITICAL", "WARNING", "RECENT").index
    )
    assert "urgency" in tipoff("missing", "--data", data).out


def test_what_was_over_before_the_first_start_is_not_missing(tmp_path: Path) -> None:
    """A first start at 16:30: the morning's slots were aborted, and nobody had promised them."""
    data = tmp_path / "late"
    store_in(data).set_fact("simulated_now", f"{DAY}T09:55:00+00:00")
    assert tipoff("calendar", "import", SEASON, "--data", data).code == 0
    for tick in ("lock", "evaluate"):
        assert tipoff("tick", tick, "--at", f"{DAY}T16:30:00-05:00", "--data", data).code in (0, 1)
    aborted = "SELECT COUNT(*) AS n FROM workflow_decisions WHERE action = 'ABORT'"
    assert tipoff("sql", aborted, "--data", data, "--json").json[0]["n"] > 1
    said = tipoff("missing", "--data", data, "--json")
    assert [each["which"] for each in said.json if each["kind"] in ("slot", "data")] == []


def test_what_no_slot_of_the_plan_asks_for_is_not_missing(data: Path, tmp_path: Path) -> None:
    """A workflow that came into the configuration after the day: nobody promised its data."""
    config = shutil.copytree(CONFIG, tmp_path / "config")
    text = (config / "workflows.yaml").read_text("utf-8")
    (config / "workflows.yaml").write_text(
        text.replace("referee_discovery:", "officials:"), "utf-8"
    )
    said = tipoff("missing", "--data", data, "--config", config, "--json")
    assert {each["kind"] for each in said.json} == {"slot"}


def test_two_days_later_what_the_games_owe_is_missing_too(data: Path, tmp_path: Path) -> None:
    # The same folder, as it is found on 7 December.
    before = str(store_in(data).fact("simulated_now"))
    store_in(data).set_fact("simulated_now", "2025-12-07T17:00:00+00:00")
    try:
        found = tipoff("missing", "--data", data, "--date", DAY, "--json").json
    finally:
        store_in(data).set_fact("simulated_now", before)
    owed = {each["which"]: each for each in found if each["kind"] == "data"}
    boxes = owed[f"{DAY} player_boxscores"]
    assert (boxes["urgency"], boxes["what"][:8]) == ("CRITICAL", "0 of 12;")
    # Slots of the night that no tick explained.
    assert any(each["what"].startswith("MISSING") for each in found)


def test_what_was_made_up_for_by_hand_is_missing_no_more(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(data, folder)
    lacks = f"{DAY}.betting_lines.20251205T180000Z"

    def missing() -> set[str]:
        found = tipoff("missing", "--data", folder, "--date", DAY, "--json").json
        return {each["which"] for each in found if each["kind"] == "slot"}

    before = missing()
    assert lacks in before
    assert tipoff("trigger", "betting_lines", "--date", DAY, "--data", folder).code == 0
    assert before - missing() == {each for each in before if ".betting_lines." in each}


def test_files_that_never_reached_the_warehouse_have_their_urgency(
    data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(data, folder)
    # As the cleanup of 16:15 ET would have found them.
    missing = [
        {"gcs_path": f"a/{age}.json", "scraper_name": "espn_roster", "age_minutes": age}
        for age in (40, 120, 121, 240, 241, 242)
    ]
    row = {"missing_files": missing, "errors": []}
    world = open_folder(Settings(data=folder))
    with world.clock.at(datetime.fromisoformat(f"{DAY}T16:15:00-05:00")):
        body = json.dumps({"rows": [["c", row]], "announce": []}).encode()
        world.state.create_once(f"cleanups/{OUTAGE:%Y%m%d}T211500Z.json", body)
    world.close()
    # One of them was loaded since.
    load = {"gcs_path": "a/242.json", "status": "loaded", "target_date": DAY}
    put(folder, "file_processing_log", {**load, "processed_at": f"{DAY}T21:20:00+00:00"})
    said = tipoff("missing", "--data", folder, "--json")
    files = {each["which"]: each["urgency"] for each in said.json if each["kind"] == "file"}
    assert files == {
        "a/40.json": "RECENT",
        "a/120.json": "RECENT",
        "a/121.json": "WARNING",
        "a/240.json": "WARNING",
        "a/241.json": "CRITICAL",
    }


def test_a_day_on_which_all_came_exits_0(tmp_path: Path) -> None:
    put(tmp_path, "workflow_decisions")
    said = tipoff("missing", "--data", tmp_path)
    assert (said.code, said.out) == (0, "nothing is missing\n")


def test_of_a_day_without_a_plan_nothing_was_due(data: Path) -> None:
    said = tipoff("missing", "--date", "2025-12-30", "--data", data)
    assert (said.code, said.out) == (0, "no plan of 2025-12-30 is here: nothing was due\n")


# --- export --------------------------------------------------------------------------------------


def test_export_writes_a_file_a_table_and_a_manifest_that_counts(
    data: Path, tmp_path: Path
) -> None:
    said = tipoff("export", DAY, "--data", data, "--out", tmp_path)
    assert said.code == 0, said.err
    folder = tmp_path / DAY
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (manifest["date"], manifest["format"]) == (DAY, "ndjson")
    assert {path.name for path in folder.iterdir()} == {
        "manifest.json",
        *(each["file"] for each in manifest["tables"]),
    }
    for each in manifest["tables"]:
        body = (folder / each["file"]).read_bytes()
        assert body.count(b"\n") == each["rows"]
        assert hashlib.sha256(body).hexdigest() == each["sha256"]
    text = (folder / "nba_orchestration.workflow_decisions.ndjson").read_text("utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    assert {row["target_date"] for row in rows} == {DAY}
    assert len(rows) == 24
    assert [path.name for path in tmp_path.iterdir()] == [DAY]


def test_parquet_holds_the_same_rows_with_their_types(data: Path, tmp_path: Path) -> None:
    tipoff("export", DAY, "--data", data, "--out", tmp_path, "--format", "parquet")
    file = tmp_path / DAY / "nba_orchestration.scraper_execution_log.parquet"
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        told = db.execute(
            "SELECT COUNT(*), MIN(triggered_at), ANY_VALUE(typeof(triggered_at)), "
            f"SUM(record_count) > 0, ANY_VALUE(typeof(target_date)) FROM '{file}'"
        ).fetchone()
    assert told is not None
    number, first, kind, counted, date = told
    assert number == len(tipoff("runs", "--data", data, "--limit", 0, "--json").json)
    assert first.isoformat().startswith(f"{DAY}T11:00")
    assert (kind, counted, date) == ("TIMESTAMP WITH TIME ZONE", True, "DATE")


def test_what_was_run_for_the_day_before_it_is_exported_with_it(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(data, folder)
    run = ("scrape", "bdl_standings", "--date", "2025-12-07", "--data", folder)
    assert tipoff(*run).code == 0
    told = tipoff("export", "2025-12-07", "--data", folder, "--out", tmp_path, "--json").json
    rows = {each["table"].partition(".")[2]: each["rows"] for each in told["tables"]}
    assert (rows["scraper_execution_log"], rows["file_processing_log"]) == (1, 1)


def test_what_was_exported_is_never_overwritten_unless_told(data: Path, tmp_path: Path) -> None:
    (tmp_path / DAY).mkdir()
    (tmp_path / DAY / "mine").write_text("kept")
    refused = tipoff("export", DAY, "--data", data, "--out", tmp_path)
    assert refused.code == 2
    assert "a folder that is not there yet, or --overwrite" in refused.err
    assert (tmp_path / DAY / "mine").read_text() == "kept"
    assert tipoff("export", DAY, "--data", data, "--out", tmp_path, "--overwrite").code == 0
    assert not (tmp_path / DAY / "mine").exists()
    assert (tmp_path / DAY / "manifest.json").is_file()


def test_a_day_without_rows_is_no_export_and_replaces_none(data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "2025-12-30"
    kept.mkdir()
    (kept / "manifest.json").write_text("{}")
    refused = tipoff("export", "2025-12-30", "--data", data, "--out", tmp_path, "--overwrite")
    assert refused.code == 2
    assert "DATE: found [2025-12-30], allowed: a day that has rows there" in refused.err
    assert [path.name for path in tmp_path.iterdir()] == ["2025-12-30"]
    assert (kept / "manifest.json").read_text() == "{}"


def test_an_export_that_fails_leaves_nothing_behind(data: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = tipoff("export", DAY, "--data", data, "--out", tmp_path / "file")
    assert said.code in (2, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("2025-12-5",), "DATE: found [2025-12-5]"),
        ((DAY, "--format", "csv"), "--format: found [csv]"),
        ((DAY, "--days", "-1"), "--days: found [-1]"),
        ((DAY, "--days", "3000000"), "--days: found [3000000], allowed: 0 to 366"),
    ],
)
def test_a_bad_export_is_refused(data: Path, args: tuple[str, ...], told: str) -> None:
    said = tipoff("export", *args, "--data", data)
    assert said.code == 2
    assert told in said.err
