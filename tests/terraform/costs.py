"""What a month would cost, from a played day: `python -m tests.terraform.costs DAY.json`.

DAY.json is what `tipoff day DATE --json` printed; its data folder is read too. Writes
docs/costs.md.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tipoff.packaging import ROOT

PAGE = ROOT / "docs" / "costs.md"

#: Days of a month, each taken to be as busy as the played one.
DAYS = 30
#: Months for which records, rows and raw files are kept in what is counted here.
STATE_DAYS = 90
#: Seconds that a delivery takes, its start included, alone in an instance of 1 CPU and 1 GiB: far
#: too long for a tick, about right for a chunk that waits at its source's limit.
SECONDS = 10
#: Listings and reads of objects by one delivery.
LISTS, READS = 4, 6
KB, MB, GB = 1e3, 1e6, 1e9


@dataclass(frozen=True, kw_only=True, slots=True)
class Volumes:
    """What one day was; bytes are bytes, the rest are numbers."""

    date: str
    games: int
    deliveries: int
    message_bytes: int
    objects: int
    state_bytes: int
    raw_bytes: int
    audit_rows: int
    audit_bytes: int
    loaded_bytes: int
    cleanups: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One thing that is paid for: how much a month, what is free, and the list price of a unit."""

    what: str
    how: str
    quantity: float
    unit: str
    free: float
    price: float

    @property
    def dollars(self) -> float:
        """Of a month, after what is free."""
        return max(0.0, self.quantity - self.free) * self.price

    @property
    def at_most(self) -> float:
        """Of a month, where others have used up what is free."""
        return self.quantity * self.price


def volumes(day: Any) -> Volumes:
    """The volumes of a played day."""
    folder = Path(day["data"])
    with sqlite3.connect(folder / "tipoff.db") as store:
        told = store.execute("SELECT body, attributes FROM messages").fetchall()
        rows = dict(_rows(store))
        objects = store.execute("SELECT COUNT(*) FROM objects").fetchone()[0]
    audit, raw = rows["nba_orchestration"], rows["nba_raw"]
    return Volumes(
        date=day["date"],
        games=len(day["games"]),
        deliveries=day["counts"]["messages"]["delivered"],
        # Published and delivered, a kB at least each time.
        message_bytes=int(2 * sum(max(KB, len(body) + len(more)) for body, more in told)),
        objects=objects,
        state_bytes=_size(folder / "state"),
        raw_bytes=_size(folder / "raw"),
        audit_rows=audit[0],
        audit_bytes=audit[1],
        loaded_bytes=raw[1],
        cleanups=day["counts"]["cleanups"]["ticks"],
    )


def _rows(store: sqlite3.Connection) -> Iterable[tuple[str, tuple[int, int]]]:
    asked = "SELECT dataset, COUNT(*), SUM(LENGTH(body)) FROM rows GROUP BY 1"
    for dataset, number, size in store.execute(asked):
        yield dataset, (number, size)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def lines(day: Volumes, *, alerts: int = 4) -> Sequence[Line]:
    """What a month of such days comes to; `alerts`: conditions on metrics."""
    deliveries = day.deliveries * DAYS
    seconds = deliveries * SECONDS
    return (
        _line("Cloud Run requests", f"{day.deliveries} x {DAYS}", deliveries, "request", 2e6, 4e-7),
        _line("Cloud Run CPU", f"x {SECONDS} s x 1 CPU", seconds, "vCPU s", 180_000, 2.4e-5),
        _line("Cloud Run memory", f"x {SECONDS} s x 1 GiB", seconds, "GiB s", 360_000, 2.5e-6),
        _line("Pub/Sub", "published and delivered", day.message_bytes * DAYS / GB, "GB", 10, 0.04),
        _line("Cloud Scheduler", "jobs", 4, "job", 3, 0.10),
        _line(
            "Cloud Storage writes and lists",
            f"({day.objects} + {LISTS} x {day.deliveries}) x {DAYS}",
            (day.objects + LISTS * day.deliveries) * DAYS,
            "operation", 0, 1e-5,
        ),
        _line(
            "Cloud Storage reads", f"{READS} x {day.deliveries} x {DAYS}", READS * deliveries,
            "operation", 0, 4e-7,
        ),
        _line(
            "Cloud Storage, records of 90 days", f"{day.state_bytes / MB:.1f} MB x {STATE_DAYS}",
            day.state_bytes * STATE_DAYS / GB, "GB", 0, 0.026,
        ),
        _line(
            "Cloud Storage, raw files of 8 months", f"{day.raw_bytes / MB:.1f} MB x 240",
            day.raw_bytes * 240 / GB, "GB", 0, 0.026,
        ),
        _line(
            "BigQuery inserts", f"{day.audit_rows} rows x {DAYS}, a kB at least each",
            max(day.audit_rows * KB, day.audit_bytes) * DAYS / GB, "GB", 0, 0.05,
        ),
        _line(
            "BigQuery storage after 8 months",
            f"({day.audit_bytes / MB:.1f} + {day.loaded_bytes / MB:.1f} MB) x 240",
            (day.audit_bytes + day.loaded_bytes) * 240 / GB, "GB", 10, 0.02,
        ),
        _line(
            "BigQuery queries", f"{day.cleanups} cleanups and 40 pages of 8 tables, 10 MB each",
            (day.cleanups + 40 * 8) * 10 * MB * DAYS / 1e12, "TB", 1, 6.25,
        ),
        _line("Secret Manager", "versions", 4, "version", 6, 0.06),
        _line("Images", "of 19 functions that share their layers", 3, "GB", 0.5, 0.10),
        _line(
            "Logs", f"20 lines of a kB x {day.deliveries} x {DAYS}", 20 * KB * deliveries / GB,
            "GB", 50, 0.50,
        ),
        _line("Alerts on metrics", "conditions", alerts, "condition", 0, 1.50),
    )  # fmt: skip


def _line(what: str, how: str, quantity: float, unit: str, free: float, price: float) -> Line:
    return Line(what=what, how=how, quantity=quantity, unit=unit, free=free, price=price)


HEAD = """# What it costs

An upper bound for a month in which every day is like {date} ({games} games) as `tipoff day` plays
it with its troubles; the season has 7 or 8 games a day, and the summer has none. Written by
`python -m tests.terraform.costs DAY.json` from `tipoff day {date} --json`.

Prices are list prices in US dollars for us-central1 and the US multi-region, as far as we know them
in November 2026, without tax: look them up before you rely on them. What is free is free once for a
billing account. Volumes are measured on one machine; times in the cloud are not measured but
assumed: every delivery takes {seconds} seconds alone in an instance of one CPU and 1 GiB, which is
too much for most. The keys of sources cost what their sellers ask.

| what | how much | a month | free | list price | after what is free | nothing free |
|---|---|--:|--:|--:|--:|--:|
"""


def page(day: Volumes) -> str:
    """docs/costs.md."""
    told = lines(day)
    table = [_row(each) for each in told]
    dollars, at_most = sum(each.dollars for each in told), sum(each.at_most for each in told)
    table.append(f"| **in all** | | | | | **${dollars:.2f}** | **${at_most:.2f}** |")
    head = HEAD.format(date=day.date, games=day.games, seconds=SECONDS)
    return head + "\n".join(table) + "\n\n" + TAIL


def _row(each: Line) -> str:
    cells = (
        each.what,
        each.how,
        f"{_shown(each.quantity)} {each.unit}",
        _shown(each.free),
        f"${each.price:.10f}".rstrip("0").rstrip("."),
        f"${each.dollars:.2f}",
        f"${each.at_most:.2f}",
    )
    return f"| {' | '.join(cells)} |"


def _shown(quantity: float) -> str:
    return f"{quantity:,.0f}" if quantity >= 1000 else f"{quantity:.4g}"


TAIL = """What makes it more: an instance that is kept warm (`functions.min_instances`: about $10 a
month each while idle), a status page that is left open (each view of it asks BigQuery about eight
tables), Grafana (its alert rules: about thirty tables every half hour, 0.4 TB of queries a month; a
dashboard that is left open: 5 GB an hour), log sinks, an archive bucket. What makes it less:
`schedulers_paused` in the summer leaves storage and alerts.
"""


def main(argv: Sequence[str]) -> int:
    (path,) = argv
    text = page(volumes(json.loads(Path(path).read_text("utf-8"))))
    PAGE.write_text(text, "utf-8")
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
