"""A process that writes everything the store keeps, and says what was acknowledged.

python store_writer.py FOLDER WHO COUNT: one line on standard output after each call returned.
"""

from __future__ import annotations

import sys
from pathlib import Path

from local.bus import LocalBus
from local.delivery import Subscription
from local.files import LocalFiles
from local.journal import LocalJournal, LocalWarehouse
from local.store import Store
from shared.clock import DeliveryClock
from shared.core.ports import LoadRequest, Message
from shared.schema import Schemas

#: Every body is this long and of one letter: a half one shows.
BODY_BYTES = 50_000


def body(who: str) -> bytes:
    return who.encode() * BODY_BYTES


def raw_row(index: int) -> dict[str, object]:
    return {
        "game_date": "2025-11-12",
        "scraper_name": "s",
        "gcs_path": "p",
        "gcs_generation": 1,
        "record_index": index,
        "record": "{}",
        "loaded_at": "2025-11-12T18:00:00+00:00",
    }


def main(folder: Path, who: str, count: int) -> None:
    schemas = Schemas(folder / "tables")
    store = Store(folder / "world", schemas)
    clock = DeliveryClock()
    files = LocalFiles(store, "raw", clock)
    journal = LocalJournal(store, schemas)
    warehouse = LocalWarehouse(store, schemas)
    bus = LocalBus(store, clock, [Subscription(name="s", topic="t", function="f")])

    def say(*words: object) -> None:
        sys.stdout.write(" ".join(map(str, words)) + "\n")
        sys.stdout.flush()

    for n in range(count):
        created = files.create_once(f"f/{n:04d}", body(who), {"who": who}).created
        say("file", n, created)
        journal.append("things", [(f"{n}.a", {"n": n}), (f"{n}.b", {"n": n})])
        say("rows", n, True)
        request = LoadRequest(load_id=f"{n}", table="t", rows=[raw_row(0), raw_row(1)])
        say("load", n, warehouse.load(request) == 2)
        pair = [Message(topic="t", body=f"{n}", attributes={"dedup": f"{n}.{x}"}) for x in "ab"]
        say("message", n, all(isinstance(result, str) for result in bus.publish(pair)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
