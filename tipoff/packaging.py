"""One reproducible zip per function: what the cloud builds and runs, and nothing else.

The same tree gives the same bytes on any machine: sorted names, one date, one mode, and no
compression, which differs between versions of zlib.
"""

from __future__ import annotations

import ast
import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.core.errors import BadInput

ROOT = Path(__file__).resolve().parent.parent

#: The first date that a zip can hold.
DATE = (1980, 1, 1, 0, 0, 0)
#: A plain file, readable by all: rw-r--r--.
MODE = 0o100644 << 16
#: "Made on Unix", whatever made it: elsewhere the mode would not be read.
UNIX = 3

#: Packages that a main.py may import from, beside which it lies in the zip.
PACKAGES = ("scrapers", "shared")
#: Parts of shared/ that only those carry whose main.py imports them, and their other files.
PARTS = {"shared.page": "shared/page/templates/*"}
#: Schedules of past seasons and views are read by the command line and by Terraform alone.
CONFIG = ("*.yaml", "tables/*.json", "fetchers/*.py")


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """A zip that was written; `size` in bytes, `sha256` in hex, of the whole file."""

    function: str
    path: Path
    size: int
    sha256: str


def functions(root: Path = ROOT) -> tuple[str, ...]:
    """The names of all functions, in order."""
    return tuple(sorted(path.parent.name for path in root.glob("functions/*/main.py")))


def package(function: str, out: Path, root: Path = ROOT) -> Package:
    """Write `function`'s zip into folder `out`, whole or not at all.

    BadInput: no such function, no requirements for it, or `out` cannot be a folder.
    """
    body = zipped(contents(function, root))
    path = out / f"{function}.zip"
    part = out / f".{function}.zip.part"
    try:
        out.mkdir(parents=True, exist_ok=True)
        part.write_bytes(body)
        part.replace(path)
    except OSError as e:
        raise BadInput("--out", f"{out}: {e.strerror}", "a folder that can be written") from e
    digest = hashlib.sha256(body).hexdigest()
    return Package(function=function, path=path, size=len(body), sha256=digest)


def contents(function: str, root: Path = ROOT) -> dict[str, bytes]:
    """What the function's zip holds, by name in it."""
    if function not in (known := functions(root)):
        raise BadInput("function", function, ", ".join(known))
    main = root / "functions" / function / "main.py"
    pins = root / "requirements" / f"{function}.txt"
    if not pins.is_file():
        raise BadInput(f"requirements of {function}", "no file", f"requirements/{function}.txt")
    found = {"main.py": main, "requirements.txt": pins}
    # shared/ goes whole: its Google world is found by name when the function runs, and what an
    # import there would load is decided by what the function does.
    imported = _imported(main)
    packages = {name.partition(".")[0] for name in imported}.intersection(PACKAGES)
    for name in sorted({"shared"} | packages):
        found |= _below(root, root.glob(f"{name}/**/*.py"))
    for part, files in PARTS.items():
        if any(f"{name}.".startswith(f"{part}.") for name in imported):
            found |= _below(root, root.glob(files))
        else:
            folder = part.replace(".", "/") + "/"
            found = {name: path for name, path in found.items() if not name.startswith(folder)}
    for pattern in CONFIG:
        found |= _below(root, (root / "config").glob(pattern))
    return {name: path.read_bytes() for name, path in sorted(found.items())}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """`files` as a zip whose bytes depend on names and contents alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, body in sorted(files.items()):
            info = zipfile.ZipInfo(name, DATE)
            info.create_system = UNIX
            info.external_attr = MODE
            archive.writestr(info, body)
    return buffer.getvalue()


def _below(root: Path, paths: Iterator[Path]) -> dict[str, Path]:
    return {path.relative_to(root).as_posix(): path for path in paths}


def _imported(main: Path) -> set[str]:
    """The modules that a main.py imports."""
    found = set()
    for node in ast.walk(ast.parse(main.read_bytes(), str(main))):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found
