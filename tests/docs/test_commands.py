"""Every command in the README and the runbook can be typed.

Ours are parsed and, where they only read, run; gcloud's and bq's have a known shape and name what
there is.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from shared.config import load_config
from shared.core.alerts.kinds import CODES
from shared.topology import routes
from tests.page.days import OUTAGE, out_of_order
from tests.tipoff.cli_run import CONFIG
from tipoff.cli import app

ROOT = Path(__file__).resolve().parents[2]
NAMED = ("README.md", "CONTRIBUTING.md", "docs/runbook.md", "docs/status-page.md")
PAGES = [ROOT / name for name in NAMED]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")

FENCED = re.compile(r"(?ms)^ *```\w*\n(.*?)^ *```|^((?:    +\S.*\n)+)")
INLINE = re.compile(r"`((?:\.venv/bin/)?tipoff [^`]+)`")

#: What stands for something of the reader's own.
NAMES = {
    "DAY": OUTAGE.isoformat(),
    "DATE": OUTAGE.isoformat(),
    "$day": OUTAGE.isoformat(),
    "WORKFLOW": "betting_lines",
    "SCRAPER": "nbac_schedule_api",
}

#: What only reads, and so is run.
READS = ("status", "missing", "runs", "plan", "sql", "query", "dead list", "calendar show", "check")


def lines(text: str) -> Iterator[str]:
    """The lines of fenced and indented blocks, each loop's body as a line of its own."""
    for block in FENCED.finditer(text):
        for line in (block[1] or block[2] or "").splitlines():
            looped = re.fullmatch(r"for .* do (.*); done", line.strip())
            yield looped[1] if looped else line.strip()


def commands(program: str) -> list[tuple[str, str]]:
    """(page, command) of everything that is typed with `program`."""
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        typed = [*lines(text), *(INLINE.findall(text) if program == "tipoff" else ())]
        for line in (each.removeprefix(".venv/bin/") for each in typed):
            if line.startswith(f"{program} "):
                # What follows two blanks, outside of quotes, is said about it.
                command = re.match(r"(?:[^'\"\s]|'[^']*'|\"[^\"]*\"|\s(?!\s))+", line)
                assert command is not None
                found.append((page.name, command[0].split(" | ")[0].strip()))
    return list(dict.fromkeys(found))


def words(command: str) -> list[str]:
    return [NAMES.get(word, word) for word in shlex.split(command, comments=True)]


OURS = commands("tipoff")


def test_there_are_commands_to_check() -> None:
    assert len(OURS) > 60
    assert len(commands("gcloud")) > 15


@pytest.mark.parametrize(("page", "command"), OURS)
def test_our_commands_are_what_the_command_line_takes(page: str, command: str) -> None:
    group: Any = typer.main.get_command(app)
    args = words(command)[1:]
    context = group.make_context("tipoff", list(args))
    while args and hasattr(group, "resolve_command"):
        name, group, args = group.resolve_command(context, list(args))
        context = group.make_context(name, list(args), parent=context)
    assert context.command is group


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return out_of_order(tmp_path_factory.mktemp("documents"))


def is_read(command: str) -> bool:
    args = " ".join(words(command)[1:])
    foreign = "--project" in args or "--data" in args or re.search(r"\b(NAME|FILE|DIR)\b", args)
    bare = args in ("sql", "query NAME")
    return args.startswith(READS) and not foreign and not bare


@pytest.mark.parametrize(("page", "command"), [each for each in OURS if is_read(each[1])])
def test_what_only_reads_answers(data: Path, page: str, command: str) -> None:
    where = [] if words(command)[1] == "check" else ["--data", str(data)]
    result = CliRunner().invoke(app, [*words(command)[1:], *where], catch_exceptions=False)
    assert not result.stderr
    # Bad news is an answer: this is a day on which a lot is wrong.
    assert result.exit_code in ((0, 1, 2) if words(command)[1] == "status" else (0, 1))


# --- the cloud -----------------------------------------------------------------------------------


def deployed() -> set[str]:
    """The functions in the cloud: one scraper a source."""
    known = load_config(CONFIG)
    names = {path.parent.name.replace("_", "-") for path in (ROOT / "functions").glob("*/main.py")}
    scrapers = {f"scraper-{source.replace('_', '-')}" for source in known.sources}
    return names - {"scraper"} | scrapers


def tables() -> set[str]:
    found = [json.loads(path.read_text("utf-8")) for path in (CONFIG / "tables").glob("*.json")]
    return {f"{each['dataset']}.{each['table']}" for each in found}


def shape(command: str) -> set[str]:
    """Which names of a gcloud or bq command are ours to check; KeyError for an unknown shape."""
    known = load_config(CONFIG)
    topics = {topic for topic, _ in routes(known)}
    secrets = {source.secret for source in known.sources.values() if source.secret}
    logged = set(re.findall(r'"(\w+)"', _sources()))
    shapes: dict[str, Any] = {
        r"gcloud auth (?:application-default login|print-identity-token)()": None,
        r"gcloud services enable(?: [a-z]+\.googleapis\.com)+()": None,
        r"gcloud beta services identity create --service (pubsub)\.googleapis\.com": {"pubsub"},
        r"gcloud storage buckets create gs://(P)-terraform --location \S+"
        r" --uniform-bucket-level-access --public-access-prevention": {"P"},
        r"gcloud scheduler jobs (?:run|pause|resume) (\S+) --location \S+": set(known.jobs),
        r"gcloud pubsub topics publish (\S+) --message '\{.*\}'": topics,
        r"gcloud functions call (\S+) --region \S+ --cloud-event '\{.*\}'": deployed(),
        r"gcloud functions logs read (\S+) --region \S+ --limit \d+": deployed(),
        r"gcloud run revisions list --service (\S+) --region \S+": deployed(),
        r"gcloud run services update-traffic (\S+) --region \S+ "
        r"--(?:to-latest|to-revisions REVISION=100)": deployed(),
        r"gcloud secrets versions add (\S+) --data-file=-": secrets,
        r"gcloud logging read 'resource\.labels\.service_name=\"([\w-]+)\" AND .*'"
        r"(?: --limit \d+)?": deployed(),
        r"gcloud logging read 'resource\.type=\"(cloud_scheduler_job)\" AND .*' --limit \d+": {
            "cloud_scheduler_job"
        },
        r"bq query --use_legacy_sql=false --dry_run \".* FROM (\S+) WHERE .*\"": tables(),
        r"bq ls (\S+)": {name.partition(".")[0] for name in tables()},
        r"bq show --schema (\S+)": tables(),
    }
    for pattern, allowed in shapes.items():
        if found := re.fullmatch(pattern, command):
            actions = set(re.findall(r'jsonPayload\.action="(\w+)"', command))
            return ({found[1]} - allowed if allowed else set()) | (actions - logged)
    raise KeyError(command)


def _sources() -> str:
    files = [*(ROOT / "functions").rglob("*.py"), *(ROOT / "shared").rglob("*.py")]
    return "\n".join(path.read_text("utf-8") for path in files)


@pytest.mark.parametrize(("page", "command"), [*commands("gcloud"), *commands("bq")])
def test_commands_of_the_cloud_have_a_known_shape_and_name_what_there_is(
    page: str, command: str
) -> None:
    assert shape(command) == set()


def test_make_has_the_targets_that_are_named() -> None:
    targets = set(re.findall(r"(?m)^([\w-]+):", (ROOT / "Makefile").read_text("utf-8")))
    named = {word for _, command in commands("make") for word in command.split()[1:2]}
    assert named <= targets


# --- the runbook ---------------------------------------------------------------------------------


def test_the_runbook_has_a_section_for_each_alert_and_no_other() -> None:
    section = RUNBOOK.split("\n## Alerts\n")[1].split("\n## ")[0]
    assert re.findall(r"(?m)^### (\w+)$", section) == list(CODES)


def test_each_alert_says_what_it_means_where_to_look_what_to_do_and_how_to_see_it_is_over() -> None:
    section = RUNBOOK.split("\n## Alerts\n")[1].split("\n## ")[0]
    for code, told in zip(CODES, re.split(r"(?m)^### \w+$", section)[1:], strict=True):
        said = re.findall(r"(?m)^- \*\*(.+)\*\*: .", told)
        assert said == ["Meaning", "First look", "Fix", "Verify"], code
        severity = CODES[code].value
        assert severity in told.split("- **First look**")[0], code


def test_every_error_type_that_is_explained_is_one() -> None:
    section = RUNBOOK.split("### A scraper fails")[1].split("\n### ")[0]
    rows = re.findall(r"(?m)^\| ([\w, ]+) \|", section)[1:]
    named = {word for row in rows for word in row.split(", ")}
    code = _sources() + "\n".join(p.read_text("utf-8") for p in (ROOT / "scrapers").glob("*.py"))
    assert {each for each in named if f'"{each}"' not in code} == set()
