"""Repair and completeness: what never arrived, and what is announced again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.games import GameStatus
from shared.core.ports import FileKey
from shared.core.reconcile import CAP, PROBE, Repair, Written, completeness, repair
from tests.core.made import NOV_12, at, game

NOW = at("23:00")


def written(number: int, age: int = 45) -> Written:
    """File `number`, `age` minutes old."""
    return Written(
        path=f"a/b/2025-11-12/{number:03d}.json",
        generation=number + 1,
        load_id=f"l{number}",
        scraper="s",
        dataset="b",
        table="t",
        target_date=NOV_12,
        run_id=f"r{number}",
        record_count=1,
        written_at=NOW - timedelta(minutes=age),
    )


def ago(*minutes: int) -> list[datetime]:
    return [NOW - timedelta(minutes=each) for each in minutes]


def mend(
    files: Sequence[Written],
    loaded: Sequence[int] = (),
    announced: Mapping[str, Sequence[datetime]] | None = None,
) -> Repair:
    loads: dict[FileKey, str] = {f.key: "loaded" for n, f in enumerate(files) if n in loaded}
    return repair(files, loads, announced or {}, NOW)


@pytest.mark.parametrize(
    ("age", "checked", "missing"), [(29, 0, 0), (30, 1, 1), (31, 1, 1), (4000, 1, 1)]
)
def test_a_file_may_take_30_minutes(age: int, checked: int, missing: int) -> None:
    found = mend([written(1, age)])
    assert (found.checked, len(found.missing)) == (checked, missing)


@pytest.mark.parametrize(
    ("announced", "again"),
    [
        ([], True),  # the first at once
        (ago(29), False),  # the second 30 minutes after it
        (ago(30), True),
        (ago(90, 59), False),  # the third 60 minutes after that
        (ago(90, 60), True),
        (ago(200, 150, 100), False),  # three at most: then it stays listed for a person
        (ago(9000, 8000, 7000), False),
    ],
)
def test_a_file_is_announced_three_times_at_growing_distances(
    announced: list[datetime], again: bool
) -> None:
    found = mend([written(1, 10_000)], announced={"l1": announced})
    assert [m.republish for m in found.missing] == [again]
    assert found.missing[0].announced == len(announced)
    assert found.missing[0].age == timedelta(minutes=10_000)


def test_a_load_ends_it() -> None:
    file = written(1)
    found = repair([file], {file.key: "loaded"}, {}, NOW)
    assert (found.checked, found.missing) == (1, ())


def test_a_file_that_was_refused_stays_missing_for_a_person_and_is_not_announced() -> None:
    file = written(1)
    found = repair([file], {file.key: "failed"}, {}, NOW)
    assert [each.file for each in found.missing] == [file]
    assert found.republish == ()


def test_refused_files_are_no_storm() -> None:
    """Nine of ten were refused, and one is lost: it goes."""
    made = [written(n) for n in range(10)]
    found = repair(made, {file.key: "failed" for file in made[1:]}, {}, NOW)
    assert (found.probing, len(found.missing)) == (False, 10)
    assert [each.file for each in found.republish] == made[:1]


def test_the_load_of_another_generation_is_not_this_files() -> None:
    file = written(1)
    found = repair([file], {(file.path, 99): "loaded"}, {}, NOW)
    assert len(found.republish) == 1


@pytest.mark.parametrize(
    ("files", "loaded", "probing", "going"),
    [
        (9, 0, False, 9),  # fewer than ten: all go
        (10, 0, True, 5),  # ten of ten: only a probe
        (10, 4, True, 5),  # six of ten are more than half
        (10, 5, False, 5),  # five of ten are not
        (40, 19, True, 5),
        (40, 20, False, 20),
        (100, 98, False, 2),
    ],
)
def test_when_most_look_missing_only_the_five_oldest_go(
    files: int, loaded: int, probing: bool, going: int
) -> None:
    made = [written(n, age=500 - n) for n in range(files)]
    found = mend(made, loaded=range(files - loaded, files))
    assert (found.probing, len(found.republish)) == (probing, going)
    assert len(found.missing) == files - loaded
    if probing:
        assert [m.file for m in found.republish] == made[:5]


@pytest.mark.parametrize(("files", "loaded"), [(9, 0), (10, 4), (10, 5), (40, 19), (40, 20)])
def test_files_whose_load_was_seen_before_count_as_if_they_were_there(
    files: int, loaded: int
) -> None:
    made = [written(n, age=500 - n) for n in range(files)]
    lost = made[: files - loaded]
    assert repair(lost, {}, {}, NOW, settled=loaded) == mend(made, range(files - loaded, files))


def test_young_files_neither_count_nor_hide_a_storm() -> None:
    young = [written(n, age=5) for n in range(100, 200)]
    assert mend([written(n) for n in range(10)] + young).probing


@given(
    st.lists(
        st.tuples(st.integers(0, 300), st.booleans(), st.lists(st.integers(1, 200), max_size=4)),
        max_size=30,
    )
)
@settings(max_examples=80)
def test_repair_never_storms(made: list[tuple[int, bool, list[int]]]) -> None:
    files = [written(n, age) for n, (age, _, _) in enumerate(made)]
    loads = {f.key: "loaded" for f, (_, loaded, _) in zip(files, made, strict=True) if loaded}
    announced = {f"l{n}": ago(*times) for n, (_, _, times) in enumerate(made)}
    found = repair(files, loads, announced, NOW)
    for missing in found.republish:
        assert missing.file.key not in loads
        assert missing.age >= timedelta(minutes=30)
        assert missing.announced < CAP
    if found.probing:
        assert len(found.republish) <= PROBE
    assert repair(list(reversed(files)), loads, announced, NOW) == found


def test_complete_is_expected_less_obtained_less_called_off() -> None:
    games = [game(n, "19:00") for n in (1, 2, 3)]
    games[2] = replace(games[2], status=GameStatus.POSTPONED)
    ids = [each.game_id for each in games]
    found = completeness(NOV_12, "box_scores", games, frozenset({ids[0], "0022599999"}))
    assert found.expected == tuple(ids)
    assert found.obtained == (ids[0],)
    assert found.waived == (ids[2],)
    assert found.missing == (ids[1],)
    assert not found.complete
    assert completeness(NOV_12, "box_scores", games, frozenset(ids[:2])).complete


def test_a_game_that_was_called_off_after_its_data_came_is_obtained_and_not_waived() -> None:
    off = replace(game(1), status=GameStatus.CANCELLED)
    found = completeness(NOV_12, "box_scores", [off], frozenset({off.game_id}))
    assert (found.obtained, found.waived, found.missing) == ((off.game_id,), (), ())


def test_a_day_without_games_is_complete() -> None:
    assert completeness(NOV_12, "box_scores", [], frozenset()).complete
