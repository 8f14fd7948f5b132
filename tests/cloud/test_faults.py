"""What the ports do when a service's answer is lost, late or no."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from shared.clock import DeliveryClock
from shared.core.ports import LoadRequest, Message
from shared.errors import PortUnavailable
from shared.gcp import clients
from shared.gcp.files import GcsFiles
from shared.gcp.lazy import Lazy
from tests.cloud.emulators import Emulators
from tests.cloud.proxy import before, first
from tests.contracts.cloud import open_world, settings_of
from tests.contracts.rows import LOG, log, raw

UPLOAD = "/upload/storage/v1/b/"


def test_a_write_whose_answer_was_lost_knows_its_own_object(emulators: Emulators) -> None:
    settings = settings_of(emulators)
    plan = first(1, "lose", method="POST", path=UPLOAD)
    with before(emulators.storage.port, plan) as proxy:
        world = open_world(replace(settings, storage_emulator=proxy.url))
        creation = world.files.create_once("a.json", b"{}", {"by": "me"})
        uploads = [mishap for _, path, mishap in proxy.seen if UPLOAD in path]
        again = world.files.create_once("a.json", b"{}", {"by": "another"})
        world.close()
    # Written and lost, then refused with 412, which the token in the metadata explains.
    assert uploads == ["lose", None]
    assert creation.created
    assert creation.stored.metadata == {"by": "me"}
    assert not again.created
    assert again.stored == creation.stored


def test_a_storage_that_is_away_for_a_moment_is_asked_again(emulators: Emulators) -> None:
    settings = settings_of(emulators)
    with before(emulators.storage.port, first(1, "refuse", method="GET", path="/o")) as proxy:
        world = open_world(replace(settings, storage_emulator=proxy.url))
        world.files.create_once("a.json", b"{}")
        assert [stored.name for stored in world.files.list("")] == ["a.json"]
        assert proxy.mishaps == 1
        world.close()


def test_an_insert_that_is_refused_for_a_while_ends_in_one_row_an_id(
    emulators: Emulators,
) -> None:
    settings = settings_of(emulators)
    plan = first(1, "refuse", method="POST", path="/insertAll")
    with before(emulators.bigquery.port, plan) as proxy:
        world = open_world(replace(settings, bigquery_emulator=proxy.url))
        world.journal.append(LOG, [log("a", 1, "loaded"), log("b", 1, "loaded")])
        assert proxy.mishaps == 1
        assert len(world.rows(LOG)) == 2
        world.close()


def test_an_insert_whose_answer_was_lost_ends_in_one_row_an_id(emulators: Emulators) -> None:
    settings = settings_of(emulators)
    with before(
        emulators.bigquery.port, first(1, "lose", method="POST", path="/insertAll")
    ) as proxy:
        world = open_world(replace(settings, bigquery_emulator=proxy.url))
        world.journal.append(LOG, [log("a", 1, "loaded")])
        assert proxy.mishaps == 1
        # The emulator keeps both inserts, as BigQuery may; an id is one row in the views.
        assert len(world.rows(LOG)) == 1
        world.close()


def test_a_load_whose_answer_was_lost_is_found_by_its_id(emulators: Emulators) -> None:
    settings = settings_of(emulators)
    # The upload: a POST that opens it, and a PUT that brings the rows and runs the job.
    plan = first(1, "lose", method="PUT", path="/upload/")
    with before(emulators.bigquery.port, plan) as proxy:
        world = open_world(replace(settings, bigquery_emulator=proxy.url))
        request = LoadRequest(load_id="lost", table="t", rows=[raw(0), raw(1)])
        try:
            loaded = world.warehouse.load(request)
        except PortUnavailable:
            loaded = world.warehouse.load(request)  # the message's second delivery
        assert loaded == 2
        assert len(world.raw_rows("t")) == 2
        world.close()


def test_a_topic_that_is_gone_fails_its_messages_and_no_others(emulators: Emulators) -> None:
    world = open_world(settings_of(emulators))
    known, unknown = world.bus.publish(
        [Message(topic="files-ready", body="{}"), Message(topic="gone-topic", body="{}")]
    )
    assert isinstance(known, str)
    assert isinstance(unknown, PortUnavailable)
    assert "gone-topic" in str(unknown)
    assert unknown.__cause__ is not None
    world.close()


@pytest.mark.parametrize("what", ["stat", "list", "create_once"])
def test_a_bucket_that_is_missing_is_no_empty_bucket(emulators: Emulators, what: str) -> None:
    client = Lazy(lambda: clients.storage(settings_of(emulators)))
    files = GcsFiles(client, "nobody-made-it", DeliveryClock())
    if what == "stat":
        assert files.stat("a") is None
    else:
        with pytest.raises(PortUnavailable, match="nobody-made-it"):
            files.create_once("a", b"") if what == "create_once" else files.list("")
    client.close()


def test_a_fan_out_while_the_bus_restarts_fails_message_by_message(emulators: Emulators) -> None:
    world = open_world(settings_of(emulators))
    (before_it,) = world.bus.publish([Message(topic="files-ready", body="{}")])
    assert isinstance(before_it, str)
    emulators.pubsub.stop()
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(
            world.bus.publish, [Message(topic="files-ready", body=f"{n}") for n in range(50)]
        )
        emulators.pubsub.launch()
        emulators.pubsub.wait_ready()
        results = sent.result()
    # Asked again until it is there; its topics went with it, so each message says so.
    assert len(results) == 50
    assert all(isinstance(one, PortUnavailable) for one in results)
    world.close()
