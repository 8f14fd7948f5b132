"""What every file of the project keeps to: links lead somewhere, and nothing private stands."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: What must not stand in a file, and a line that would be caught. Patterns and samples are
#: written in pieces so that this file passes its own test.
FORBIDDEN = {
    "host of a package registry": (
        r"pythonhosted[.]org|\bpypi[.]org|registry[.]npmjs|proxy[.]golang[.]org",
        "https://files." + "pythonhosted" + ".org/x",
    ),
    "absolute path of a machine": (
        r"(?<![\w.}/-])/(?:work|root|home|Users|opt)/\w",
        "cd /" + "home/jane",
    ),
    "private key": (r"-----BEGIN [A-Z ]*PRIVATE KEY", "-----BEGIN RSA " + "PRIVATE KEY-----"),
    "key of a known service": (
        r"\b(?:AKIA[0-9A-Z]{16}|AIza[\w-]{35}|gh[pousr]_\w{36}|xox[abp]-[\w-]{10,})",
        "key = AKIA" + "ABCDEFGHIJKLMNOP",
    ),
    "secret given in plain text": (
        r"(?i)(?:api_?key|secret|token|password)[\"']?\s*[=:]\s*[\"'][0-9a-z+/_-]{24,}[\"']",
        "api_key = '" + "0123456789abcdef" * 2 + "'",
    ),
}

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")


@cache
def project_files() -> tuple[Path, ...]:
    """Tracked files, and new ones that git does not ignore; deleted ones are left out."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs git: this is no checkout")
    paths = (ROOT / name for name in sorted(set(done.stdout.split("\0"))) if name)
    return tuple(path for path in paths if path.is_file())


def texts() -> Iterator[tuple[Path, str]]:
    for path in project_files():
        try:
            yield path, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def anchors(markdown: str) -> set[str]:
    """The names that headings give: lower case, no punctuation, hyphens for spaces."""
    headings = re.findall(r"^#+ +(.+?) *#*$", FENCE.sub("", markdown), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def anchors_of(page: Path) -> set[str]:
    return anchors(page.read_text("utf-8"))


def dead_links(page: Path, markdown: str) -> Iterator[str]:
    for match in LINK.finditer(CODE.sub("", FENCE.sub("", markdown))):
        link = match[1] or match[2]
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = page.parent / name if name else page
        exists = not name.startswith("/") and target.exists()
        if not exists or (anchor and target.suffix == ".md" and anchor not in anchors_of(target)):
            yield link


def test_every_relative_link_and_anchor_in_the_documents_resolves() -> None:
    dead = [
        f"{path.relative_to(ROOT)}: {link}"
        for path, text in texts()
        if path.suffix == ".md"
        for link in dead_links(path, text)
    ]
    assert dead == []


def test_a_dead_link_and_a_dead_anchor_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    text = "# One, two\n[a](#one-two) [b](#three) [c](gone.md) [d](https://x.org/) `[e](no.md)`\n"
    page.write_text(text, "utf-8")
    assert list(dead_links(page, text)) == ["#three", "gone.md"]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_private_stands_in_a_file_of_the_project(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what][0])
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path, text in texts()
        if pattern.search(text)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == [], what


@pytest.mark.parametrize(("pattern", "sample"), FORBIDDEN.values(), ids=list(FORBIDDEN))
def test_what_is_forbidden_would_be_caught(pattern: str, sample: str) -> None:
    assert re.search(pattern, sample)


def test_no_requirements_name_where_a_package_comes_from() -> None:
    for path in (ROOT / "requirements").iterdir():
        text = path.read_text("utf-8")
        assert not re.search(r"(?m)^\s*(?:-i|-f|--(?:extra-)?index|--find|--trusted)", text), path
        assert "://" not in text, path


def test_every_pinned_package_has_a_hash() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", path.read_text("utf-8"))[1:]
        assert blocks, path
        assert [b.split()[0] for b in blocks if "--hash=sha256:" not in b] == [], path


def test_functions_are_deployed_with_the_versions_that_are_tested() -> None:
    pins = {
        path.stem: set(re.findall(r"(?m)^([\w.-]+==[^\s;]+)", path.read_text("utf-8")))
        for path in (ROOT / "requirements").glob("*.txt")
    }
    tested = pins.pop("dev")
    # Environments of their own, which nothing of ours is imported in.
    pins.pop("emulators")
    pins.pop("terraform")
    assert {name: sorted(own - tested) for name, own in pins.items() if own - tested} == {}
    local = {"sqlglot", "duckdb", "typer"}
    assert not [p for own in pins.values() for p in own if p.partition("==")[0] in local]


def test_every_function_has_its_requirements() -> None:
    functions = {path.parent.name for path in (ROOT / "functions").glob("*/main.py")}
    assert functions <= {path.stem for path in (ROOT / "requirements").glob("*.txt")}
