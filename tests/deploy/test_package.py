"""`tipoff package`: the same bytes again, what is in a zip, and that it runs as it is."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.deploy.conftest import SITE, serve
from tipoff.cli import app
from tipoff.packaging import ROOT, contents, functions, package, zipped

NAMES = ("cleanup", "controller", "executor", "loader", "schedule_locker", "scraper", "status")


def test_every_function_is_packaged() -> None:
    assert functions() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_rebuild_elsewhere_and_later_has_the_same_bytes(tmp_path: Path, name: str) -> None:
    copy = tmp_path / "elsewhere"
    for folder in ("functions", "shared", "scrapers", "config", "requirements"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path in copy.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o700)
    here = package(name, tmp_path / "here")
    there = package(name, tmp_path / "there", copy)
    assert here.path.read_bytes() == there.path.read_bytes()
    assert here.sha256 == hashlib.sha256(here.path.read_bytes()).hexdigest() == there.sha256
    assert here.size == here.path.stat().st_size


@pytest.mark.parametrize("name", NAMES)
def test_a_zip_holds_what_the_function_needs_and_nothing_else(name: str) -> None:
    found = contents(name)
    packages = {"config", "shared", "scrapers"} if name == "scraper" else {"config", "shared"}
    assert {path.partition("/")[0] for path in found} == {"main.py", "requirements.txt", *packages}
    assert found["main.py"] == (ROOT / "functions" / name / "main.py").read_bytes()
    assert found["requirements.txt"] == (ROOT / "requirements" / f"{name}.txt").read_bytes()
    assert {"shared/gcp/world.py", "config/tables/raw.json"} <= found.keys()
    assert not [path for path in found if "__pycache__" in path or "calendar/" in path]
    page = {".j2", ".css", ".js"} if name == "status" else set()
    assert {Path(path).suffix for path in found} == {".py", ".txt", ".yaml", ".json"} | page
    assert any(path.startswith("shared/page/") for path in found) is (name == "status")


def test_names_are_sorted_dates_and_modes_are_fixed(tmp_path: Path) -> None:
    with zipfile.ZipFile(package("status", tmp_path).path) as archive:
        entries = archive.infolist()
    assert [each.filename for each in entries] == sorted(each.filename for each in entries)
    assert {each.date_time for each in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {each.external_attr >> 16 for each in entries} == {0o100644}
    assert {each.create_system for each in entries} == {3}
    assert {each.compress_type for each in entries} == {zipfile.ZIP_STORED}


def test_the_order_of_files_does_not_show() -> None:
    assert zipped({"b": b"2", "a": b"1"}) == zipped({"a": b"1", "b": b"2"})


@pytest.mark.parametrize("name", NAMES)
def test_a_zip_serves_without_the_project(
    unpacked: dict[str, Path], beside: Path, name: str
) -> None:
    told = serve(unpacked[name], name, beside, (sys.executable, "-I", "-S"), SITE)
    check_served(told, unpacked[name], name)


def check_served(told: dict[str, Any], folder: Path, name: str) -> None:
    """It ran from its own files, and answered as it should."""
    assert told["foreign"] == []
    assert told["shared"] == str(folder / "shared")
    assert told["heavy"] == (["httpx"] if name == "scraper" else [])
    if name == "status":
        assert (told["status"], told["body"]["status"]) == (200, "healthy")
        assert (told["page"], told["title"]) == (200, True)
        return
    assert (told["malformed"], told["empty"]) == (200, 200)
    (line,) = map(json.loads, told["refusal"])
    assert (line["severity"], line["action"]) == ("ERROR", "refuse")
    # A tick does something; for the others `{}` is refused.
    for line in map(json.loads, told["lines"]):
        refused = name in ("loader", "scraper")
        assert (line["action"] == "refuse") is refused
        assert line["message"]


def tipoff(*args: object) -> Any:
    return CliRunner().invoke(app, [str(arg) for arg in args], catch_exceptions=False)


def test_the_command_tells_name_size_hash_and_place(tmp_path: Path) -> None:
    out = tmp_path / "zips"
    told = tipoff("package", "loader", "status", "--out", out, "--json")
    assert [each["function"] for each in json.loads(told.stdout)] == ["loader", "status"]
    for each in json.loads(told.stdout):
        body = Path(each["path"]).read_bytes()
        assert (each["size"], each["sha256"]) == (len(body), hashlib.sha256(body).hexdigest())
        assert each["sha256"][:12] in tipoff("package", each["function"], "--out", out).stdout
    assert sorted(path.name for path in out.iterdir()) == ["loader.zip", "status.zip"]


def test_an_unknown_function_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    told = tipoff("package", "loader", "laoder", "--out", tmp_path / "zips")
    assert told.exit_code == 2
    assert "function: found [laoder], allowed: cleanup, controller" in told.stderr
    assert not (tmp_path / "zips").exists()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = tipoff("package", "status", "--out", tmp_path / "file")
    assert told.exit_code == 2
    assert "--out: found" in told.stderr
