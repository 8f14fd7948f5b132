"""`tipoff new scraper`: what it makes passes the checks and its own tests as it is."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from shared.config import FILES, load_config
from shared.core.workflows import Scraper
from tests.tipoff.cli_run import CONFIG, tipoff

ROOT = CONFIG.parent
#: Every format, each with another kind of target, options used and not.
KINDS: tuple[tuple[str, ...], ...] = (
    ("acme_scores", "--format", "json", "--host", "api.acme.example", "--source", "acme"),
    ("acme_name_of_24_letters1", "--format", "html", "--source", "espn", "--target", "game"),
    ("acme_rows", "--format", "csv", "--source", "espn", "--target", "team", "--table", "acme"),
    ("acme_notes", "--format", "pdf", "--source", "espn", "--target", "event"),
    ("acme_list", "--format", "json", "--source", "espn", "--records", "[]", "--path", "/v1/a-b"),
    ("acme_deep", "--format", "json", "--source", "espn", "--records", "a.b[]", "--target", "game"),
)
#: Two tests of what is whole and empty, and refusals: JSON 7, HTML 5, CSV and PDF 6.
TESTS = 3 * 9 + 7 + 8 + 8
NAMES = sorted(kind[0] for kind in KINDS)


def run(*command: object, at: Path) -> str:
    """Its standard output; the test fails with everything it said when it fails."""
    env = {**os.environ, "PYTHONPATH": str(at), "NO_COLOR": "1"}
    env.pop("TIPOFF_CONFIG", None)
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=at,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_in_a_checkout_what_is_made_passes_every_check_and_is_one_of_the_house(
    tmp_path: Path,
) -> None:
    copy = tmp_path / "tipoff-copy"
    copy.mkdir()
    for name in ("config", "functions", "local", "scrapers", "shared", "sim", "tipoff"):
        copytree(ROOT / name, copy / name, ignore=ignore_patterns("__pycache__"))
    (copy / "tests" / "scrapers").mkdir(parents=True)
    (copy / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for kind in KINDS:
        said = run("tipoff", "new", "scraper", *kind, at=copy)
        assert f"made     scrapers/fetchers/{kind[0]}.py" in said
        assert "Next:" in said
    made = [f"scrapers/fetchers/{name}.py" for name in NAMES]
    tests = [f"tests/scrapers/test_{name}.py" for name in NAMES]
    run("ruff", "check", "--no-cache", *made, *tests, "scrapers/registry.py", at=copy)
    run("ruff", "format", "--check", "--no-cache", *made, *tests, "scrapers/registry.py", at=copy)
    cache = ROOT / ".mypy_cache" / "made"
    run("mypy", "--cache-dir", cache, "--follow-imports=silent", *made, *tests, at=copy)
    assert f"{TESTS} passed" in run("pytest", "-q", "-p", "no:randomly", *tests, at=copy)
    listed = run("tipoff", "scrapers", at=copy)
    assert all(name in listed for name in NAMES)
    assert "nothing is wrong" in run("tipoff", "check", at=copy)
    assert "acme" in load_config(copy / "config").sources


def own_config(folder: Path) -> Path:
    """A configuration of one's own: a copy of ours in a folder of another name."""
    config = folder / "my-config"
    copytree(CONFIG, config)
    return config


def test_with_a_configuration_of_ones_own_everything_lies_in_its_folder(tmp_path: Path) -> None:
    config = own_config(tmp_path)
    for kind in KINDS:
        said = tipoff("new", "scraper", *kind, "--config", config)
        assert said.code == 0, said.err
        assert f"{config / 'fetchers' / kind[0]}.py" in said.out
        assert f"tipoff check --config {shlex.quote(str(config))}" in said.out
    # Ruff's own choice of rules; it cannot know that these packages are no third party's.
    ours = "lint.isort.known-first-party=['scrapers', 'shared', 'sim']"
    run("ruff", "check", "--no-cache", "--isolated", "--config", ours, config, at=tmp_path)
    assert f"{TESTS} passed" in run(
        "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", config, at=tmp_path
    )
    assert tipoff("check", "--config", config).code == 0
    listed = {
        entry["name"]: entry for entry in tipoff("scrapers", "--json", "--config", config).json
    }
    assert set(NAMES) <= set(listed)
    known = load_config(config)
    assert known.scrapers["acme_rows"].fetcher == "fetchers/acme_rows.py:fetch_acme_rows"
    assert known.scrapers["acme_rows"].table == "acme"
    assert known.scrapers["acme_notes"].format == "pdf"


def test_what_was_made_is_fetched_by_the_scraper_function(tmp_path: Path) -> None:
    from functions.scraper.main import fetcher_of
    from shared.settings import Settings

    config = own_config(tmp_path)
    assert tipoff("new", "scraper", *KINDS[0], "--config", config).code == 0
    entry: Scraper = load_config(config).scrapers["acme_scores"]
    fetch = fetcher_of(entry, Settings(config=config))
    assert fetch.__name__ == "fetch_acme_scores"
    assert fetcher_of(entry, Settings(config=config)) is fetch


def test_nothing_is_overwritten_and_nothing_is_half_made(tmp_path: Path) -> None:
    config = own_config(tmp_path)
    (config / "tests").mkdir()
    (config / "tests" / "test_acme_scores.py").write_text("mine\n")
    before = {path: path.read_bytes() for path in config.rglob("*") if path.is_file()}
    said = tipoff("new", "scraper", *KINDS[0], "--config", config)
    assert said.code == 2
    assert "test_acme_scores.py], allowed: a file that is not there yet" in said.err
    after = {path: path.read_bytes() for path in config.rglob("*") if path.is_file()}
    assert after == before
    (config / "tests" / "test_acme_scores.py").unlink()
    assert tipoff("new", "scraper", *KINDS[0], "--config", config).code == 0
    again = tipoff("new", "scraper", *KINDS[0][:3], "--source", "acme", "--config", config)
    assert again.code == 2
    assert "scraper: found [acme_scores], allowed: a name that scrapers.yaml has not" in again.err


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (("Acme", "--source", "espn", "--format", "json"), "NAME: found [Acme], allowed: 2 to 24"),
        (("a" * 25, "--source", "espn", "--format", "json"), "NAME: found [aaa"),
        (("../x", "--source", "espn", "--format", "json"), "NAME: found [../x]"),
        (("acme", "--source", "espn", "--format", "xml"), "--format: found [xml], allowed: json, "),
        (("acme", "--source", "none", "--format", "json"), "--source: found [none], allowed: ball"),
        (
            ("acme", "--source", "espn", "--format", "csv", "--host", "a.example"),
            "--host: found [a.example], allowed: nothing: espn is in sources.yaml",
        ),
        (
            ("acme", "--source", "new_one", "--format", "csv", "--host", "https://a.example"),
            "--host: found [https://a.example], allowed: a host as api.example.com",
        ),
        (
            ("acme", "--source", "espn", "--format", "json", "--target", "day"),
            "--target: found [day], allowed: date, game, team, event",
        ),
        (
            ("acme", "--source", "espn", "--format", "json", "--records", "data"),
            "--records: found [data], allowed: keys and a list",
        ),
        (
            ("acme", "--source", "espn", "--format", "json", "--path", "v1"),
            "--path: found [v1], allowed: a path as /v1/things",
        ),
        (
            ("acme", "--source", "espn", "--format", "json", "--table", "a.b"),
            "--table: found [a.b]",
        ),
        # What the whole configuration says: two scrapers may not share a folder.
        (
            ("acme", "--source", "espn", "--format", "json", "--dataset", "rosters"),
            "found [rosters, as espn_roster of the same source], allowed: a dataset of its own",
        ),
        (("espn_roster", "--source", "espn", "--format", "json"), "scraper: found [espn_roster]"),
    ],
)
def test_what_cannot_be_made_is_told_and_nothing_is_written(
    tmp_path: Path, args: tuple[str, ...], error: str
) -> None:
    config = own_config(tmp_path)
    said = tipoff("new", "scraper", *args, "--config", config)
    assert said.code == 2
    assert error in said.err
    assert not (config / "fetchers").exists()
    for name in FILES:
        path = f"{name}.yaml"
        assert (config / path).read_bytes() == (CONFIG / path).read_bytes()


def test_an_entry_whose_fetcher_is_gone_is_found_by_check(tmp_path: Path) -> None:
    config = own_config(tmp_path)
    assert tipoff("new", "scraper", *KINDS[0], "--config", config).code == 0
    module = config / "fetchers" / "acme_scores.py"
    module.write_text(module.read_text().replace("def fetch_acme_scores", "def fetch_other"))
    said = tipoff("check", "--config", config)
    assert said.code == 1
    assert "scrapers.yaml scrapers.acme_scores: found [no fetch_acme_scores in acme_sc" in said.err


def test_an_entry_without_any_fetcher_is_found_by_check(tmp_path: Path) -> None:
    config = own_config(tmp_path)
    path = config / "scrapers.yaml"
    path.write_text(path.read_text().replace("  espn_roster:", "  espn_rosters:"))
    workflows = config / "workflows.yaml"
    workflows.write_text(workflows.read_text().replace("espn_roster", "espn_rosters"))
    said = tipoff("check", "--config", config)
    assert said.code == 1
    assert "scrapers.espn_rosters: found [no fetcher of that name], allowed: fetcher:" in said.err
