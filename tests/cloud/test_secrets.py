"""Secret Manager's answers that the stand-in does not give."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from google.api_core import exceptions

from shared.errors import BadInput, MissingSecret, PortUnavailable
from shared.gcp.secrets import SecretManagerSecrets


class FakeManager:
    """Answers one value, or raises one error; counts how often it is asked."""

    def __init__(self, answer: bytes | Exception) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def access_secret_version(self, *, name: str, timeout: float, retry: Any) -> Any:
        assert timeout > 0
        assert retry is not None
        self.asked.append(name)
        if isinstance(self.answer, Exception):
            raise self.answer
        return SimpleNamespace(payload=SimpleNamespace(data=self.answer))


def secrets(manager: FakeManager) -> SecretManagerSecrets:
    def client() -> Any:
        return manager

    return SecretManagerSecrets(client, "p")


def test_a_secret_is_asked_for_once_and_has_no_blanks_around_it() -> None:
    manager = FakeManager(b" k-123\n")
    found = secrets(manager)
    assert [found.get("odds-api-key"), found.get("odds-api-key")] == ["k-123", "k-123"]
    assert manager.asked == ["projects/p/secrets/odds-api-key/versions/latest"]


@pytest.mark.parametrize(
    "answer",
    [
        b" \n",
        exceptions.NotFound("no such secret"),
        exceptions.PermissionDenied("no role"),
        exceptions.FailedPrecondition("the version is disabled"),
    ],
    ids=str,
)
def test_a_secret_that_is_not_to_be_had_is_missing_and_asked_for_again(
    answer: bytes | Exception,
) -> None:
    manager = FakeManager(answer)
    found = secrets(manager)
    with pytest.raises(MissingSecret, match="odds-api-key"):
        found.get("odds-api-key")
    manager.answer = b"k-123"
    assert found.get("odds-api-key") == "k-123"


def test_an_outage_is_no_missing_secret() -> None:
    with pytest.raises(PortUnavailable, match="odds-api-key"):
        secrets(FakeManager(exceptions.ServiceUnavailable("later"))).get("odds-api-key")


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a b", "-a"])
def test_a_name_that_is_no_name_is_refused_unasked(name: str) -> None:
    manager = FakeManager(b"k")
    with pytest.raises(BadInput, match="secret"):
        secrets(manager).get(name)
    assert manager.asked == []
