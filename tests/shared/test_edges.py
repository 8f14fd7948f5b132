"""Settings, locks, the process's world and served deliveries."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cloudevents.http import CloudEvent

from shared.core.errors import BadInput
from shared.core.messages import Tick
from shared.errors import PortUnavailable
from shared.locks import KeyedLocks
from shared.log import trace
from shared.messages import NOW, Event, scrape_topic
from shared.settings import Settings, read_settings
from shared.typed import short
from shared.wiring import installed, load, serve
from shared.world import World
from sim.clock import ManualClock
from tests.core.made import at
from tests.functions.worlds import Here


def delivery(**attributes: str) -> CloudEvent:
    source = "//pubsub.googleapis.com/projects/p/topics/controller-tick"
    return CloudEvent(
        {"type": "t", "source": source, "id": "e1"},
        {"message": {"messageId": "m1", "attributes": attributes}},
    )


@pytest.fixture
def here() -> Here:
    return Here(ManualClock(at("05:00")))


def test_settings_have_defaults_and_refuse_what_is_neither_0_nor_1() -> None:
    assert read_settings({}).world == Settings().world
    assert read_settings({"TIPOFF_SIMULATED_TIME": "1"}).simulated_time
    with pytest.raises(BadInput) as bad:
        read_settings({"TIPOFF_SIMULATED_TIME": "yes"})
    assert (bad.value.place, bad.value.found) == ("TIPOFF_SIMULATED_TIME", "yes")
    assert bad.value.allowed == "0 or 1"


@pytest.mark.parametrize("spec", ["", "nowhere", "nowhere:open", "shared.world:Nothing", ":x"])
def test_a_world_that_is_none_is_named(spec: str) -> None:
    with pytest.raises(BadInput) as bad:
        load(spec)
    assert (bad.value.place, bad.value.found) == ("TIPOFF_WORLD", spec)
    assert bad.value.allowed == "module:function of a world"


def test_a_delivery_that_can_never_be_right_is_acked_and_logged_once(here: Here) -> None:
    def refuse(_: Event, __: World) -> None:
        raise BadInput("here", "this", "that")

    with installed(here.world):
        serve(delivery(), refuse, (Tick,))
    ((severity, text, fields),) = here.log.lines
    assert (severity, text) == ("ERROR", "refused and acked: here: found [this], allowed: that")
    assert (fields["action"], fields["place"]) == ("refuse", "here")


@pytest.mark.parametrize("error", [PortUnavailable("down"), KeyError("bug"), TypeError("bug")])
def test_everything_else_that_goes_wrong_is_raised(here: Here, error: Exception) -> None:
    def fail(_: Event, __: World) -> None:
        raise error

    with installed(here.world), pytest.raises(type(error)):
        serve(delivery(), fail, (Tick,))


def test_a_delivery_has_its_trace_and_leaves_none_behind(here: Here) -> None:
    seen: list[str | None] = []
    with installed(here.world):
        serve(
            delivery(traceparent="00-abc-def-01"),
            lambda _, __: seen.append(trace.get()),
            (Tick,),
        )
    assert seen == ["abc"]
    assert trace.get() is None


@pytest.mark.parametrize(("allowed", "hour"), [(True, 14), (False, 5)])
def test_simulated_time_is_honoured_only_where_settings_allow_it(
    here: Here, allowed: bool, hour: int
) -> None:
    object.__setattr__(here.world, "settings", Settings(simulated_time=allowed))
    seen: list[Any] = []
    with installed(here.world):
        told = {NOW: at("14:00").isoformat()}
        serve(delivery(**told), lambda _, world: seen.append(world.clock.now()), (Tick,))
    assert seen == [at(f"{hour:02d}:00")]
    assert here.clock.now() == at("05:00")


def test_a_simulated_instant_without_offset_is_refused(here: Here) -> None:
    object.__setattr__(here.world, "settings", Settings(simulated_time=True))
    with installed(here.world):
        serve(delivery(**{NOW: "2025-11-12T14:00:00"}), lambda _, __: None, (Tick,))
    assert f"attribute {NOW}" in here.log.of("ERROR")[0]


def test_a_topic_that_refuses_one_message_names_how_many_did_not_go(here: Here) -> None:
    from shared.messages import message

    here.shut.add("b")
    with pytest.raises(PortUnavailable, match="1 of 2 messages not published: b is down"):
        here.world.publish([message("a", Tick()), message("b", Tick())])
    assert len(here.pulled("a")) == 1


def test_a_thing_is_built_once_also_by_two_threads(here: Here) -> None:
    built: list[int] = []
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: here.world.once("k", lambda: built.append(1)), range(20)))
    assert built == [1]


def test_one_key_is_held_by_one_and_other_keys_are_free() -> None:
    locks = KeyedLocks()
    inside, go_on, second = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with locks.hold("a"):
            inside.set()
            assert go_on.wait(10)
            assert not second.is_set()

    def other(key: str, then: threading.Event) -> None:
        with locks.hold(key):
            then.set()

    free = threading.Event()
    with ThreadPoolExecutor(3) as pool:
        held = pool.submit(first)
        assert inside.wait(10)
        waiting = pool.submit(other, "a", second)
        pool.submit(other, "b", free).result(10)
        assert free.is_set()
        go_on.set()
        held.result(10)
        waiting.result(10)
    assert second.is_set()
    assert locks._locks == {}


def test_a_lock_is_given_back_after_an_error() -> None:
    locks = KeyedLocks()
    with pytest.raises(KeyError), locks.hold("a"):
        raise KeyError
    with locks.hold("a"):
        pass
    assert locks._locks == {}


def test_small_things_that_names_are_made_of() -> None:
    assert scrape_topic("nba_stats") == "scrape-nba-stats"
    assert short("x" * 100) == "x" * 77 + "..."
    assert short(None) == "None"
