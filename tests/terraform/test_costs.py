"""The arithmetic of docs/costs.md, done again from what stands there."""

from __future__ import annotations

import pytest

from tests.terraform.costs import PAGE, Line, Volumes, lines


def number(text: str) -> float:
    return float(text.strip(" *$").split()[0].replace(",", ""))


def test_the_table_adds_up() -> None:
    rows = [
        line.split("|")[3:8]
        for line in PAGE.read_text("utf-8").splitlines()
        if "$" in line and line.startswith("|")
    ]
    *told, total = rows
    dollars = 0.0
    for quantity, free, price, after, _ in told:
        wanted = max(0.0, number(quantity) - number(free)) * number(price)
        assert number(after) == pytest.approx(wanted, abs=0.02)
        dollars += wanted
    assert number(total[3]) == pytest.approx(dollars, abs=0.05)
    assert len(told) == 16


def test_what_is_free_is_taken_off_once() -> None:
    line = Line(what="", how="", quantity=12, unit="GB", free=10, price=0.5)
    assert (line.dollars, line.at_most) == (1.0, 6.0)
    assert Line(what="", how="", quantity=9, unit="GB", free=10, price=0.5).dollars == 0


def test_a_month_is_thirty_such_days() -> None:
    day = Volumes(
        date="2025-11-12", games=1, deliveries=1000, message_bytes=10**9, objects=100,
        state_bytes=10**9, raw_bytes=10**9, audit_rows=1000, audit_bytes=500_000,
        loaded_bytes=10**9, cleanups=96,
    )  # fmt: skip
    found = {line.what: line.quantity for line in lines(day)}
    assert found["Cloud Run CPU"] == 1000 * 30 * 10
    assert found["Pub/Sub"] == 30
    # 1000 rows of half a kB count as a kB each: 1 MB a day.
    assert found["BigQuery inserts"] == pytest.approx(0.03)
    assert found["Cloud Storage writes and lists"] == (100 + 4 * 1000) * 30
