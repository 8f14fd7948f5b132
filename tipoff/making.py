"""A new scraper's skeleton: the files that are made, the lines that are added, all or nothing."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.core.errors import BadInput

FORMATS = ("json", "html", "csv", "pdf")
#: Per kind of target an id for the test, and what `complete` is measured against.
TARGETS: Mapping[str, tuple[str, str]] = {
    "date": ("2025-11-12", "date"),
    "game": ("0022500165", "games"),
    "team": ("BOS", "teams"),
    "event": ("abc123", "none"),
}

TEMPLATES = Path(__file__).parent / "templates" / "scraper"
#: Where the house's fetchers are listed, as a dict that ends with a line `}`.
REGISTRY = "scrapers/registry.py"
_LISTED = re.compile(r"^_OURS: dict\[str, str\] = \{\n(?:.*\n)*?(?=\}\n)", re.MULTILINE)
#: Long enough for every scraper there is, and short enough for lines of 100.
_NAME = re.compile(r"[a-z][a-z0-9_]{1,23}")
_PATH = re.compile(r"/[A-Za-z0-9._~/-]*")
_RECORDS = re.compile(r"([A-Za-z_]\w*(\.[A-Za-z_]\w*)*)?\[\]")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is to be made."""

    name: str
    source: str
    format: str
    #: The host of a source that is new; None for one of sources.yaml.
    host: str | None = None
    target: str = "date"
    path: str | None = None
    dataset: str | None = None
    #: Of JSON: where the list is.
    records: str = "data[]"
    table: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """What was made: files, and files that have new lines."""

    files: tuple[Path, ...]
    changed: tuple[Path, ...]
    #: The one test, to be run.
    test: Path
    module: Path


def make(wanted: Wanted, config: Path) -> Made:
    """Write the skeleton beside `config`: into a checkout, or a folder of one's own.

    BadInput for a value that cannot be, and for anything that is there already: nothing is
    overwritten, and nothing is written unless the whole configuration is right with it.
    """
    from shared.config import load_config

    _check(wanted)
    known = load_config(config)
    if wanted.name in known.scrapers:
        raise BadInput("scraper", wanted.name, "a name that scrapers.yaml has not")
    if wanted.host is None and wanted.source not in known.sources:
        allowed = ", ".join(sorted(known.sources))
        raise BadInput("--source", wanted.source, f"{allowed}; or --host for a new one")
    if wanted.host is not None and wanted.source in known.sources:
        raise BadInput("--host", wanted.host, f"nothing: {wanted.source} is in sources.yaml")
    host = wanted.host or known.sources[wanted.source].host
    root = config.parent
    own = not (config.name == "config" and (root / REGISTRY).is_file())
    new = _files(wanted, host, own=own)
    base = config if own else root
    for file in new:
        if (base / file).exists():
            raise BadInput("new scraper", base / file, "a file that is not there yet")
    changes = _changes(wanted, config, None if own else root / REGISTRY, host)
    _try(config, changes)
    for file, body in new.items():
        (base / file).parent.mkdir(parents=True, exist_ok=True)
        (base / file).write_bytes(body)
    for path, text in changes.items():
        path.write_text(text, encoding="utf-8")
    module, fixture, test = (base / file for file in new)
    return Made(files=(module, fixture, test), changed=tuple(changes), test=test, module=module)


def _check(wanted: Wanted) -> None:
    checks = (
        ("NAME", wanted.name, _NAME, "2 to 24 small letters, digits and _, a letter first"),
        ("--source", wanted.source, _NAME, "2 to 24 small letters, digits and _, a letter first"),
        ("--dataset", wanted.dataset, _NAME, "small letters, digits and _, a letter first"),
        ("--table", wanted.table, _NAME, "small letters, digits and _, a letter first"),
        ("--path", wanted.path, _PATH, "a path as /v1/things"),
        ("--records", wanted.records, _RECORDS, "keys and a list, as data[] or a.b[]"),
        ("--host", wanted.host, _HOST, "a host as api.example.com"),
    )
    for place, found, pattern, allowed in checks:
        if found is not None and not pattern.fullmatch(found):
            raise BadInput(place, found, allowed)
    if wanted.format not in FORMATS:
        raise BadInput("--format", wanted.format, ", ".join(FORMATS))
    if wanted.target not in TARGETS:
        raise BadInput("--target", wanted.target, ", ".join(TARGETS))


def _files(wanted: Wanted, host: str, *, own: bool) -> dict[str, bytes]:
    """The new files by name below the checkout or the folder: module, fixture, test."""
    name, kind = wanted.name, wanted.format
    facts = _facts(wanted, host, own=own)
    module = f"fetchers/{name}.py" if own else f"scrapers/fetchers/{name}.py"
    tests = "tests" if own else "tests/scrapers"
    return {
        module: _render(f"{kind}.py.j2", facts).encode(),
        f"{tests}/{facts['fixture']}": _fixture(wanted),
        f"{tests}/test_{name}.py": _render("test.py.j2", facts).encode(),
    }


def _facts(wanted: Wanted, host: str, *, own: bool) -> dict[str, Any]:
    """What the templates are told."""
    example, expects = TARGETS[wanted.target]
    dated = wanted.target == "date"
    rows = {"html": "rows of table#records", "csv": "CSV rows", "pdf": "lines of the PDF"}
    return {
        "name": wanted.name,
        "title": wanted.name.replace("_", " "),
        "host": host,
        "source": wanted.source,
        "format": wanted.format,
        "target": wanted.target,
        "dataset": wanted.dataset or wanted.name,
        "path": wanted.path or f"/{wanted.name}",
        "params": list(dict.fromkeys(("date", wanted.target))),
        "records": wanted.records,
        "counted": rows.get(wanted.format, wanted.records),
        "empty": _literal(json.dumps(_nested(wanted.records, []))),
        "table": wanted.table,
        "expects": expects,
        "example": example,
        "need": "need_date" if dated else "need",
        "asked": "day = need_date(ask).isoformat()"
        if dated
        else f'{wanted.target} = need(ask, "{wanted.target}")',
        "value": "day" if dated else wanted.target,
        "own": own,
        "fetcher": f"fetchers/{wanted.name}.py:fetch_{wanted.name}",
        "fixture": f"fixtures/{wanted.name}.{wanted.format}",
    }


def _fixture(wanted: Wanted) -> bytes:
    """A whole answer with two made-up records, Ada and Ben."""
    match wanted.format:
        case "json":
            rows = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Ben"}]
            return (json.dumps(_nested(wanted.records, rows), indent=2) + "\n").encode()
        case "csv":
            return b"id,name\n1,Ada\n2,Ben\n"
        case "html":
            return (TEMPLATES / "fixture.html.j2").read_bytes()
        case _:
            from sim.sources.pdf import Text, pdf

            lines = ("Made up for a test", "Name Value", "Ada 1", "Ben 2")
            return pdf([[Text(72, 500 - 20 * n, line) for n, line in enumerate(lines)]])


def _literal(text: str) -> str:
    """`text` as Python's bytes, in the quotes that the formatter prefers."""
    return f"b'{text}'" if '"' in text else f'b"{text}"'


def _nested(records: str, rows: list[Any]) -> Any:
    """`rows` under the keys of an expression as a.b[]."""
    found: Any = rows
    for key in reversed([key for key in records.removesuffix("[]").split(".") if key]):
        found = {key: found}
    return found


def _changes(wanted: Wanted, config: Path, registry: Path | None, host: str) -> dict[Path, str]:
    """The files that get new lines, with their new text."""
    facts = _facts(wanted, host, own=registry is None)
    path = config / "scrapers.yaml"
    found = {path: _with_entry(path, _render("entry.yaml.j2", facts))}
    if wanted.host is not None:
        path = config / "sources.yaml"
        found[path] = _with_entry(path, _render("source.yaml.j2", facts))
    if registry is not None:
        text = registry.read_text(encoding="utf-8")
        line = f'    "{wanted.name}": "{wanted.name}:fetch_{wanted.name}",\n'
        listed = _LISTED.search(text)
        if listed is None:
            raise BadInput(REGISTRY, "no _OURS", "a dict of fetchers that ends with }")
        found[registry] = text[: listed.end()] + line + text[listed.end() :]
    return found


def _with_entry(path: Path, entry: str) -> str:
    """The file's text with one more entry at its end, indented like the others."""
    import yaml

    text = path.read_text(encoding="utf-8")
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    # It has been loaded: a mapping with the one key that this file may have.
    entries = node.value[0][1] if node is not None else None
    if entries is None or entries.flow_style:
        raise BadInput(path.name, "entries in { }", "a block of entries")
    indent = " " * entries.start_mark.column
    lines = [indent + line if line else "" for line in entry.splitlines()]
    return text.rstrip("\n") + "\n" + "\n".join(lines) + "\n"


def _try(config: Path, changes: Mapping[Path, str]) -> None:
    """Load a copy of the configuration with the changes; BadConfig when it is not right."""
    from shared.config import FILES, load_config

    with tempfile.TemporaryDirectory() as folder:
        for name in FILES:
            shutil.copyfile(config / f"{name}.yaml", Path(folder, f"{name}.yaml"))
        for path, text in changes.items():
            if path.parent == config:
                Path(folder, path.name).write_text(text, encoding="utf-8")
        load_config(Path(folder))


def _render(template: str, facts: Mapping[str, Any]) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 Python and YAML are made here, no HTML
    )
    return environment.get_template(template).render(facts)
