"""scraper, told to ask a scraper service: the file it wrote is announced, loaded and logged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest

from shared.clock import DeliveryClock
from shared.core.messages import ChunkOrder
from shared.core.targets import Target, TargetKind
from shared.core.workflows import Scraper, Service, Source
from shared.errors import PortUnavailable
from shared.settings import Settings
from sim.files import MemoryFiles
from sim.memory import MemorySecrets
from sim.sources.exchange import Request
from sim.sources.server import SourceServer
from sim.sources.service import ScraperService
from tests.core.made import NOV_12, config
from tests.functions.worlds import Here
from tests.sim.test_sources_server import a_world

GAME = "0022500165"
ENTRY = Scraper(
    name="our_box",
    source="ours",
    dataset="box",
    target=TargetKind.GAME,
    params=("date", "game"),
    path="/scraper/{scraper}",
    records="two a game",
    table="nbac_team_boxscore",
    expects="games",
    final=True,
    manual="being tried",
    kind="service",
    service=Service(scraper="box", files=("ours/", "gs://theirs/")),
)
SOURCE = Source(
    name="ours",
    provider="us",
    host="scrapers.example.com",
    concurrency=2,
    rate=100,
    timeout=20,
    tries=3,
    backoff=8,
    key_in="bearer",
    secret="SERVICE_TOKEN",
)
TARGET = Target(kind=TargetKind.GAME, id=GAME, params={"date": "2025-11-12", "game": GAME})


def rows(name: str, params: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Two rows for the game that is there."""
    assert name == "box"
    return [{"team": "BOS"}, {"team": "MEM"}] if params["game"] == GAME else []


@pytest.fixture
def here(here: Here) -> Here:
    known = config()
    here.config = replace(
        known,
        scrapers={**known.scrapers, "our_box": ENTRY},
        sources={**known.sources, "ours": SOURCE},
    )
    object.__setattr__(here.world, "config", here.config)
    object.__setattr__(here.world, "secrets", MemorySecrets({"SERVICE_TOKEN": "t0ken"}))
    return here


def serve(here: Here, folder: str = "ours/") -> ScraperService:
    """The service behind the world's transport, writing into the raw bucket."""
    service = ScraperService(here.raw, folder, rows, token="t0ken")

    def answer(request: httpx.Request) -> httpx.Response:
        reply = service.answer(
            Request(
                host=request.url.host,
                path=request.url.path,
                method=request.method,
                headers=request.headers,
                body=request.content,
                now=here.clock.now(),
            )
        )
        return httpx.Response(reply.status, headers=reply.headers, content=reply.body)

    here.answer = answer
    return service


def chunk(here: Here, *targets: Target, **changes: Any) -> ChunkOrder:
    now = here.at("23:00")
    facts: dict[str, Any] = {
        "chunk_id": "e1.s1.our_box.1",
        "execution_id": "e1",
        "decision_id": "d1",
        "workflow": "post_game",
        "slot_id": None,
        "game_day": NOV_12,
        "target_date": NOV_12,
        "step": 1,
        "n": 1,
        "scraper": "our_box",
        "targets": targets or (TARGET,),
        "expects": (GAME,),
        "day_games": (),
        "decided_at": now,
        "not_after": now,
        "config_version": here.config.version,
    }
    return ChunkOrder(**(facts | changes))


def row(here: Here) -> dict[str, Any]:
    (found,) = here.rows("scraper_execution_log")
    return dict(found)


def test_a_file_in_the_raw_bucket_is_announced_loaded_and_logged(here: Here) -> None:
    service = serve(here)
    here.deliver("scraper", chunk(here))
    (ready,) = here.pulled("files-ready")
    assert ready.path.startswith("ours/box/20251113T040000Z-")
    assert (ready.table, ready.record_count) == ("nbac_team_boxscore", 2)
    here.deliver("loader", ready)
    found = row(here)
    assert (found["status"], found["record_count"], found["complete"]) == ("success", 2, True)
    assert (found["gcs_path"], found["gcs_generation"]) == (ready.path, ready.generation)
    (load,) = here.rows("file_processing_log")
    assert (load["status"], load["gcs_path"], load["rows_loaded"]) == ("loaded", ready.path, 2)
    assert service.scraped == [("box", {"date": "2025-11-12", "game": GAME})]


def test_a_file_elsewhere_is_named_in_the_run_and_announced_to_nobody(here: Here) -> None:
    payload = {"status": "success", "record_count": 2, "file_path": "gs://theirs/a.csv"}
    here.answer = lambda _: httpx.Response(200, json=payload)
    here.deliver("scraper", chunk(here))
    assert here.pulled("files-ready") == []
    found = row(here)
    assert (found["status"], found["record_count"], found["complete"]) == ("success", 2, True)
    assert (found["gcs_path"], found["gcs_generation"]) == ("gs://theirs/a.csv", None)


def test_zero_rows_are_no_data(here: Here) -> None:
    serve(here)
    other = replace(TARGET, id="0022500166", params={"date": "2025-11-12", "game": "0022500166"})
    here.deliver("scraper", chunk(here, other))
    found = row(here)
    assert (found["status"], found["complete"], found["gcs_path"]) == ("no_data", False, None)


@pytest.mark.parametrize(
    ("body", "said", "error"),
    [
        (None, 2, "[ours/a.json] is not in the raw bucket"),
        (b'{"records": [{}]}', 2, "records: found [1], allowed: 2, as the service says"),
        (b'{"records": {}}', 2, "records: found [a dict], allowed: 2"),
        (b'{"rows": [{}, {}]}', 2, "allowed: a JSON object with records"),
        (b"[1, 2]", 2, "allowed: a JSON object with records"),
        (b"a,b", 2, "allowed: a JSON object with records"),
    ],
)
def test_a_file_that_does_not_hold_what_was_said_fails_the_run(
    here: Here, body: bytes | None, said: int, error: str
) -> None:
    if body is not None:
        here.raw.create_once("ours/a.json", body)
    payload = {"status": "success", "record_count": said, "file_path": "ours/a.json"}
    here.answer = lambda _: httpx.Response(200, json=payload)
    here.deliver("scraper", chunk(here))
    found = row(here)
    assert (found["status"], found["error_type"]) == ("failed", "bad_file")
    assert error in found["error_message"]
    assert (found["gcs_path"], found["record_count"]) == (None, 0)
    assert here.pulled("files-ready") == []


def test_a_missing_token_fails_the_run_and_asks_nobody(here: Here) -> None:
    object.__setattr__(here.world, "secrets", MemorySecrets())
    serve(here)
    here.deliver("scraper", chunk(here))
    assert row(here)["error_type"] == "missing_secret"
    assert here.asked == []


def test_after_a_crash_the_receipt_is_found_and_the_service_is_not_asked_again(
    here: Here,
) -> None:
    serve(here)
    order = chunk(here)
    here.shut.add("files-ready")
    state = here.state

    class Down:
        def __getattr__(self, name: str) -> Any:
            return getattr(state, name)

        def create_once(self, *_: object) -> Any:
            raise PortUnavailable("the state bucket is down")

    object.__setattr__(here.world, "state", Down())
    with pytest.raises(PortUnavailable):
        here.deliver("scraper", order)
    object.__setattr__(here.world, "state", state)
    here.shut.clear()
    here.deliver("scraper", order)
    assert len(here.asked) == 1
    (ready,) = here.pulled("files-ready")
    assert ready.path.startswith("ours/box/")
    assert ready.path == row(here)["gcs_path"]
    assert here.raw.stat("ours/box/2025-11-12/0022500165/final.receipt.json") is not None


def test_a_crash_before_the_receipt_asks_again_under_the_same_key(here: Here) -> None:
    service = serve(here)
    order = chunk(here)
    raw = here.raw

    class NoReceipts:
        def __getattr__(self, name: str) -> Any:
            return getattr(raw, name)

        def create_once(self, name: str, *rest: Any) -> Any:
            if name.endswith("receipt.json"):
                raise PortUnavailable("the raw bucket is down")
            return raw.create_once(name, *rest)

    object.__setattr__(here.world, "raw", NoReceipts())
    with pytest.raises(PortUnavailable):
        here.deliver("scraper", order)
    object.__setattr__(here.world, "raw", raw)
    here.deliver("scraper", order)
    assert len(here.asked) == 2
    assert len(service.scraped) == 1
    assert row(here)["status"] == "success"


def test_a_final_result_is_not_asked_for_by_a_later_execution(here: Here) -> None:
    service = serve(here)
    here.deliver("scraper", chunk(here))
    (first,) = here.pulled("files-ready")
    here.deliver("scraper", chunk(here, chunk_id="e2.s1.our_box.1", execution_id="e2"))
    (second,) = here.pulled("files-ready")
    assert len(service.scraped) == 1
    assert (second.path, second.load_id) == (first.path, first.load_id)


def test_over_a_real_connection_both_shapes_are_answered(here: Here) -> None:
    service = ScraperService(here.raw, "ours/", rows, token="t0ken")
    with SourceServer(
        a_world(), clock=DeliveryClock().now, services={"scrapers.example.com": service.answer}
    ) as server:
        settings = Settings(environment="test", sources_url=server.url)
        object.__setattr__(here.world, "settings", settings)
        object.__setattr__(here.world, "transport", None)
        object.__setattr__(here.world, "clock", DeliveryClock())
        in_body = replace(ENTRY, path="/scrape", dataset="box2")
        for n, entry in enumerate((ENTRY, in_body)):
            known = replace(here.config, scrapers={"our_box": entry})
            object.__setattr__(here.world, "config", known)
            late = DeliveryClock().now()
            name = f"e{n}"
            here.deliver(
                "scraper", chunk(here, chunk_id=name, execution_id=name, not_after=late, n=n + 1)
            )
        here.world.close()
        assert httpx.post(f"{server.url}/stats.nba.com/x").status_code == 405
    assert [found["status"] for found in here.rows("scraper_execution_log")] == ["success"] * 2
    assert [each[0] for each in service.scraped] == ["box", "box"]
    assert isinstance(here.raw, MemoryFiles)
