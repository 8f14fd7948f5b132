"""What functions ask of the cloud is read from their code; here it is held to what is known."""

from __future__ import annotations

import pytest

from tests.terraform.uses import module, uses


@pytest.mark.parametrize(
    ("function", "some"),
    [
        # Publishes what it decided, and appends it.
        ("controller", {"publish run-decisions", "append workflow_decisions", "state create"}),
        # The sweep repeats everybody's effects.
        ("executor", {"publish scrape-*", "append daily_expected_schedule", "publish run-advance"}),
        ("scraper", {"raw create", "secret", "publish files-ready"}),
        ("loader", {"load", "raw read", "append file_processing_log"}),
        ("cleanup", {"query file_processing_log", "append cleanup_operations"}),
    ],
)
def test_what_a_function_does_is_seen(function: str, some: set[str]) -> None:
    assert some <= uses(function)


@pytest.mark.parametrize(
    ("function", "never"),
    [
        ("schedule_locker", "publish"),
        ("loader", "publish"),
        ("status", "create"),
        ("status", "append"),
        ("controller", "query"),
        ("executor", "raw"),
    ],
)
def test_what_a_function_does_not_do_is_not_seen(function: str, never: str) -> None:
    assert [use for use in uses(function) if never in use] == []


def test_others_code_is_not_followed() -> None:
    assert module("google.cloud.storage") is None
    assert module("shared.effects") is not None
