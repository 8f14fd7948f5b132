"""Files: created once, never changed, never half."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.core.errors import BadInput
from shared.errors import NotFound
from tests.contracts.worlds import World


def test_a_new_object_is_created_and_read_back(world: World) -> None:
    before = world.clock.now()
    creation = world.files.create_once("a/b.json", b"\x00body\xff", {"status": "success"})
    assert creation.created
    assert creation.stored.name == "a/b.json"
    assert creation.stored.generation > 0
    assert before <= creation.stored.created_at <= world.clock.now()
    assert creation.stored.metadata == {"status": "success"}
    assert world.files.read("a/b.json") == b"\x00body\xff"
    assert world.files.stat("a/b.json") == creation.stored


def test_a_taken_name_answers_the_object_that_has_it(world: World) -> None:
    first = world.files.create_once("a.json", b"one", {"by": "first"})
    second = world.files.create_once("a.json", b"two", {"by": "second"})
    assert not second.created
    assert second.stored == first.stored
    assert world.files.read("a.json") == b"one"


def test_of_sixteen_writers_of_one_name_one_wins_and_its_body_is_whole(world: World) -> None:
    barrier = threading.Barrier(16)
    # Long enough that two bodies written into one file would show.
    bodies = [bytes([65 + n]) * 100_000 for n in range(16)]

    def write(n: int) -> bool:
        barrier.wait()
        return world.files.create_once("same.json", bodies[n], {"n": str(n)}).created

    with ThreadPoolExecutor(16) as pool:
        created = list(pool.map(write, range(16)))
    assert created.count(True) == 1
    winner = created.index(True)
    assert world.files.read("same.json") == bodies[winner]
    stored = world.files.stat("same.json")
    assert stored is not None
    assert stored.metadata == {"n": str(winner)}
    assert [s.name for s in world.files.list("")] == ["same.json"]


def test_an_empty_body_is_a_body(world: World) -> None:
    world.files.create_once("empty", b"")
    assert world.files.read("empty") == b""


def test_a_missing_object_is_not_found(world: World) -> None:
    assert world.files.stat("nothing.json") is None
    with pytest.raises(NotFound, match=r"nothing\.json"):
        world.files.read("nothing.json")


def test_a_listing_is_sorted_by_name_and_has_the_metadata(world: World) -> None:
    for name in ("p/b.json", "p/a/z.json", "p/B.json", "p/é.json", "p/10", "p/9", "q/x"):
        world.files.create_once(name, b"{}", {"name": name})
    listed = world.files.list("p/")
    # By code point: digits, capitals, small letters, then accented ones.
    assert [s.name for s in listed] == [
        "p/10",
        "p/9",
        "p/B.json",
        "p/a/z.json",
        "p/b.json",
        "p/é.json",
    ]
    assert [s.metadata["name"] for s in listed] == [s.name for s in listed]
    assert [world.files.stat(s.name) for s in listed] == list(listed)


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("", ["a%c", "a_c", "abc", "abd/1", "b"]),
        ("a", ["a%c", "a_c", "abc", "abd/1"]),
        ("ab", ["abc", "abd/1"]),
        ("abd/", ["abd/1"]),
        ("a_", ["a_c"]),  # no wildcard
        ("a%", ["a%c"]),  # no wildcard
        ("A", []),  # case matters
        ("zz", []),
    ],
)
def test_a_prefix_is_a_plain_beginning(world: World, prefix: str, names: list[str]) -> None:
    for name in ("abd/1", "b", "abc", "a_c", "a%c"):
        world.files.create_once(name, b"x")
    assert [s.name for s in world.files.list(prefix)] == names


def test_no_two_objects_share_a_generation(world: World) -> None:
    made = [world.files.create_once(f"{n}", b"x").stored.generation for n in range(5)]
    assert sorted(set(made)) == made


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "a/../b", "..", "a//b", "a/", "./a", "a\\b", "a\nb", "a\x00b"]
)
def test_a_name_that_could_leave_the_bucket_is_refused(world: World, name: str) -> None:
    with pytest.raises(BadInput, match="object name"):
        world.files.create_once(name, b"x")
    assert world.files.list("") == []


def test_metadata_up_to_its_limit_fits_and_one_byte_more_does_not(world: World) -> None:
    # 8064 bytes = 8 KiB less 128, keys counted: 4 + 8060; the two-byte letter makes the 8065th.
    world.files.create_once("fits", b"x", {"four": "v" * 8060})
    with pytest.raises(BadInput, match="8065 bytes"):
        world.files.create_once("too-much", b"x", {"four": "v" * 8059 + "é"})
    assert world.files.stat("too-much") is None
    assert [s.metadata for s in world.files.list("")] == [{"four": "v" * 8060}]


def test_of_sixteen_writers_of_equal_bodies_one_wins(world: World) -> None:
    barrier = threading.Barrier(16)

    def claim(_: int) -> bool:
        barrier.wait()
        return world.files.create_once("claim.json", b"{}").created

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(claim, range(16))).count(True) == 1
