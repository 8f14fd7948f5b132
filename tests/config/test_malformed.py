"""A table of configurations and calendars that cannot be right, with what each is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.core.calendar import Calendar
from shared.core.errors import BadInput
from shared.core.schedule_csv import parse_schedule_csv
from tests.config import malformed_registry, malformed_triggers, malformed_workflows
from tests.config.edits import complaints, edited

CASES = (*malformed_triggers.CASES, *malformed_workflows.CASES, *malformed_registry.CASES)
HEAD = "game_id,tipoff_utc,away,home\n"
INSTANT = "an instant with its offset, as 2025-11-13T00:00:00Z"
GAME = {
    "game_id": "0022500001",
    "tip": "2025-11-13T00:00:00+00:00",
    "tip_known": True,
    "away": "BOS",
    "home": "NYK",
    "type": "regular",
    "status": "scheduled",
    "season": "2025-26",
}


def fits(expected: str, found: object) -> bool:
    """Whether a text is the expected one, or its beginning where that ends in three points."""
    text = str(found)
    if expected.endswith("..."):
        return text.startswith(expected.removesuffix("..."))
    return text == expected


def parts_of(place: str) -> tuple[str, int, str]:
    """File, line and key of a place."""
    found = re.fullmatch(r"(\w+\.yaml) line (\d+) ?(.*)", place)
    assert found, place
    return found[1], int(found[2]), found[3]


def places_of(text: list[str], key: str) -> set[int]:
    """Where in the text `key` may stand, or the nearest of its parents that has a line.

    Read off the text alone, key after key, so that the table need not know how long the real
    files are. Without a key it is any line: YAML itself is broken there.
    """
    block, found = range(len(text)), set(range(1, len(text) + 2))
    for part in re.findall(r"[^.\[\]]+|\[\d+\]", key):
        if part.startswith("["):
            items = [n for n in block[1:] if text[n].lstrip().startswith("- ")]
            here = items[int(part[1:-1]) :][:1]
        else:
            here = [n for n in block if holds(text[n], part)]
        if here:
            block, found = block_of(text, here[0]), {n + 1 for n in here}
    return found


def block_of(text: list[str], start: int) -> range:
    """The line and those that are indented deeper, up to the next that is not."""
    deep = indent(text[start])
    ends = (n for n in range(start + 1, len(text)) if text[n].strip() and indent(text[n]) <= deep)
    return range(start, next(ends, len(text)))


def indent(line: str) -> int:
    """Spaces before the line's first character."""
    return len(line) - len(line.lstrip())


def holds(line: str, key: str) -> bool:
    """Whether the line has `key`, as a block's key or in braces."""
    if key == "?":
        return line.lstrip().startswith("? ")
    return re.search(rf"(^\s*(- )?|[{{,]\s*){re.escape(key)}:", line) is not None


@pytest.mark.parametrize(("file", "old", "new", "place", "found", "allowed"), CASES)
def test_a_malformed_configuration_names_place_found_and_allowed(
    tmp_path: Path, file: str, old: str, new: str, place: str, found: str, allowed: str
) -> None:
    first, *_ = complaints(edited(tmp_path, file, old, new))
    name, line, key = parts_of(first.place)
    assert f"{name} line N {key}".strip() == place
    text = (tmp_path / name).read_text(encoding="utf-8").splitlines()
    assert line in places_of(text, key), (line, text[line - 1 : line])
    assert fits(found, first.found), first.found
    assert fits(allowed, first.allowed), first.allowed
    assert str(first) == f"{first.place}: found [{first.found}], allowed: {first.allowed}"


def test_the_table_has_at_least_sixty_cases_and_each_says_where() -> None:
    assert len(CASES) >= 60
    for file, _, _, place, _, allowed in CASES:
        assert ".yaml line N" in place, (file, place)
        assert allowed


@pytest.mark.parametrize(
    ("text", "place", "found", "allowed"),
    [
        ("", "line 1", "nothing", "a header with game_id, tipoff_utc, away, home"),
        (
            "game_id,away,home\n",
            "line 1",
            "0 columns tipoff_utc in game_id,away,home",
            "a header with one each of game_id, tipoff_utc, away, home",
        ),
        (
            HEAD + "0022500001,2025-11-13T00:00:00Z,BOS\n",
            "line 2",
            "3 cells",
            "4, as in the header",
        ),
        (
            HEAD + "0022500001,2025-11-13 00:00,BOS,NYK\n",
            "line 2 column tipoff_utc",
            "2025-11-13 00:00",
            INSTANT,
        ),
        (HEAD + "1,tomorrow,BOS,NYK\n", "line 2 column tipoff_utc", "tomorrow", INSTANT),
        (
            HEAD + "1,0001-01-01T00:00:00Z,BOS,NYK\n",
            "line 2 column tipoff_utc",
            "0001-01-01T00:00:00Z",
            INSTANT,
        ),
        (HEAD + ",2025-11-13T00:00:00Z,BOS,NYK\n", "line 2 column game_id", "", "a game id"),
        (HEAD + '1,"2025', "line 2", "unexpected end of data", "valid CSV"),
    ],
)
def test_a_malformed_calendar_names_place_found_and_allowed(
    text: str, place: str, found: str, allowed: str
) -> None:
    with pytest.raises(BadInput) as bad:
        parse_schedule_csv(text, place="s.csv")
    assert (bad.value.place, bad.value.found) == (f"s.csv {place}", found)
    assert bad.value.allowed == allowed


@pytest.mark.parametrize(
    ("change", "place", "found", "allowed"),
    [
        ({"tip": "2025-11-13"}, "schedule[0].tip", "2025-11-13", INSTANT),
        ({"tip_known": "yes"}, "schedule[0].tip_known", "yes", "true or false"),
        ({"type": "friendly"}, "schedule[0].type", "friendly", "one of preseason, regular, ..."),
        ({"status": "asleep"}, "schedule[0].status", "asleep", "one of scheduled, live, ..."),
        ({"game_id": ""}, "schedule[0].game_id", "", "a string that is not empty"),
        ({"away": None}, "schedule[0].away", "None", "a string"),
        ({"arena": "MSG"}, "schedule[0].arena", "arena", "one of game_id, tip, tip_known, ..."),
    ],
)
def test_a_malformed_schedule_record_names_place_found_and_allowed(
    change: dict[str, object], place: str, found: str, allowed: str
) -> None:
    with pytest.raises(BadInput) as bad:
        Calendar.from_records([{**GAME, **change}])
    assert (bad.value.place, str(bad.value.found)) == (place, found)
    assert fits(allowed, bad.value.allowed)


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("sources", b"\xff\xfe\x00", "allowed: UTF-8 YAML"),
        ("sources", b"", "sources.yaml line 1: found [None], allowed: a mapping"),
        ("sources", b"sources: [", "allowed: well-formed YAML"),
        (
            "sources",
            b"sources:\n",
            "sources.yaml line 1 sources: found [nothing], allowed: a mapping of names",
        ),
        (
            "sources",
            None,
            "sources.yaml: found [no such file], allowed: a configuration folder with ",
        ),
    ],
)
def test_a_file_that_is_none_is_named(
    tmp_path: Path, name: str, body: bytes | None, message: str
) -> None:
    path = edited(tmp_path, name, "", "") / f"{name}.yaml"
    if body is None:
        path.unlink()
    else:
        path.write_bytes(body)
    first, *_ = complaints(tmp_path)
    assert message in str(first)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    edited(tmp_path, "workflows", "priority: HIGH", "priority: HIHG")
    path = tmp_path / "workflows.yaml"
    path.write_text(path.read_text().replace("hours: 6}", "hours: six}"), encoding="utf-8")
    found = complaints(tmp_path)
    assert [each.found for each in found] == ["HIHG", "six"]


def test_a_comment_is_no_edit_and_a_value_is(tmp_path: Path) -> None:
    """config_version is a hash of the content: it tells whether a row's rules were the same."""
    from shared.config import load_config

    plain = load_config(edited(tmp_path, "workflows", "", "")).version
    comment = load_config(edited(tmp_path, "workflows", "preseason", "# why\npreseason")).version
    value = load_config(edited(tmp_path, "workflows", "attempts: 3", "attempts: 2")).version
    assert plain == comment != value
