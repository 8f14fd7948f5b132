"""Balances of API credits, told by one instance and read by another, in every world's bucket."""

from __future__ import annotations

from datetime import timedelta

from shared.credits import newest_balance, note_balance
from tests.contracts.worlds import World


def test_the_newest_balance_is_what_another_instance_reads(world: World) -> None:
    now = world.clock.now().replace(microsecond=0)
    assert newest_balance(world.files, "odds_api", now) is None
    for minutes, left in ((9, 120), (3, 100), (6, 110)):
        at = now - timedelta(minutes=minutes)
        note_balance(world.files, "odds_api", f"e.s2.oddsa_game_lines.{minutes}", at, left)
    note_balance(world.files, "other", "e.s1.x.1", now, 7)
    assert newest_balance(world.files, "odds_api", now) == (now - timedelta(minutes=3), 100)


def test_a_balance_that_is_told_twice_is_one(world: World) -> None:
    now = world.clock.now().replace(microsecond=0)
    for _ in range(2):
        note_balance(world.files, "odds_api", "e.s2.oddsa_game_lines.1", now, 100)
    assert len(world.files.list("credits/")) == 1
