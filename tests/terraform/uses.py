"""What each function does to the cloud, read from its code: no list kept by hand.

From a function's `handle` every function, method and constant that its code names is followed,
through `shared` and `scrapers`; what they ask of a port is a use:

    state read, state create          the state bucket
    raw read, raw create              the raw bucket
    append TABLE, query TABLE         the audit tables (`query *`: any of them)
    load                              the raw dataset, by load jobs
    publish TOPIC                     `publish scrape-*`: the sources' topics
    secret                            a source's key
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from shared import messages
from tipoff.packaging import ROOT, functions

#: Packages whose code a function carries.
OURS = ("shared", "scrapers", "functions")
#: A name in a module: (module, name); name "" is the module itself.
Place = tuple[str, str]


@dataclass
class Module:
    """What a module's names mean."""

    defined: dict[str, list[ast.AST]] = field(default_factory=dict)
    imported: dict[str, Place] = field(default_factory=dict)


@cache
def module(name: str) -> Module | None:
    """One of our modules, parsed; None for anybody else's."""
    path = ROOT / Path(*name.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if name.partition(".")[0] not in OURS or not file.is_file():
        return None
    found = Module()
    tree = ast.parse(file.read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.defined[node.name] = [node]
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for part in ast.walk(target):
                    if isinstance(part, ast.Name):
                        found.defined.setdefault(part.id, []).append(node)
    # Imports inside functions count like those above them.
    for each in ast.walk(tree):
        if isinstance(each, ast.ImportFrom) and each.module:
            for alias in each.names:
                inner = f"{each.module}.{alias.name}"
                place = (inner, "") if module(inner) else (each.module, alias.name)
                found.imported[alias.asname or alias.name] = place
    return found


def uses(function: str) -> frozenset[str]:
    """What `functions/<function>/main.py` asks of its ports."""
    found: set[str] = set()
    for place, node in reached(f"functions.{function}.main"):
        found |= set(_asked(place[0], node))
    return frozenset(found)


def reached(main: str) -> Iterator[tuple[Place, ast.AST]]:
    """Every definition that a main module's entry point can come to."""
    entry = main.split(".")[1]
    todo: list[Place] = [(main, entry)]
    seen: set[Place] = set()
    while todo:
        place = todo.pop()
        if place in seen:
            continue
        seen.add(place)
        here = module(place[0])
        if here is None:
            continue
        if place[1] in here.imported:
            todo.append(here.imported[place[1]])
        for node in here.defined.get(place[1], []):
            yield place, node
            todo += _named(place[0], here, node)


def _named(name: str, here: Module, node: ast.AST) -> Iterator[Place]:
    """The definitions that a piece of code names."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            if each.id in here.defined:
                yield name, each.id
            elif each.id in here.imported:
                yield here.imported[each.id]
        elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
            place = here.imported.get(each.value.id)
            if place is not None and not place[1]:
                yield place[0], each.attr


def _asked(name: str, node: ast.AST, inside: str = "") -> Iterator[str]:
    """The uses in a piece of code. A wrapper that hands a method on is no use of it."""
    if isinstance(node, ast.FunctionDef):
        inside = node.name
    if isinstance(node, ast.Attribute):
        yield from _port(node)
    if isinstance(node, ast.Call):
        yield from _call(name, node, inside)
    for child in ast.iter_child_nodes(node):
        yield from _asked(name, child, inside)


def _port(node: ast.Attribute) -> Iterator[str]:
    owner = _last(node.value)
    if node.attr in ("state", "raw") and owner in ("world", "here"):
        yield f"{node.attr} read"
    if node.attr == "secrets" and owner == "world":
        yield "secret"
    if owner == "ledger" and node.attr in ("rows", "raw_tables", "raw_rows"):
        yield "query *" if node.attr == "rows" else "query raw"


def _call(name: str, node: ast.Call, inside: str) -> Iterator[str]:
    called, owner = _last(node.func), _last(getattr(node.func, "value", None))
    if called == "create_once" and inside != "create_once":
        yield "raw create" if owner == "raw" else "state create"
    elif owner == "journal" and called == "append":
        yield f"append {_constant(node.args[0])}"
    elif owner == "journal" and called == "loads":
        yield "query file_processing_log"
    elif owner == "warehouse" and called == "load":
        yield "load"
    elif called == "message" and node.args:
        yield f"publish {_topic(node.args[0], name)}"


def _last(node: object) -> str:
    """The last name of a dotted expression: `state` of `world.state`, without a leading _."""
    if isinstance(node, ast.Attribute):
        return node.attr.lstrip("_")
    return node.id if isinstance(node, ast.Name) else ""


def _constant(node: ast.expr) -> str:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        raise TypeError(f"a table's name must stand where it is appended to: {ast.unparse(node)}")
    return node.value


def _topic(node: ast.expr, name: str) -> str:
    if isinstance(node, ast.Call) and _last(node.func) == "scrape_topic":
        return "scrape-*"
    if isinstance(node, ast.Name) and isinstance(found := getattr(messages, node.id, None), str):
        return found
    raise TypeError(f"{name}: a topic's name must be a constant: {ast.unparse(node)}")


if __name__ == "__main__":
    # What terraform/wiring/functions.tf must say, by function.
    for each in functions():
        sys.stdout.write(f"{each}\n" + "".join(f"  {use}\n" for use in sorted(uses(each))))
