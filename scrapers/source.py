"""What a source's client reads of its entry in config/sources.yaml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from scrapers.credits import CreditRules


class SourceLimits(Protocol):
    """What the client reads of an entry of config/sources.yaml."""

    @property
    def name(self) -> str:
        """The source's key in the configuration."""

    @property
    def host(self) -> str:
        """The host that is asked, over https."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Sent with every request."""

    @property
    def key_in(self) -> str | None:
        """Where the key goes: `query:apiKey`, `header:X-Api-Key`, `bearer`, or nowhere."""

    @property
    def scope(self) -> str | None:
        """What a service account's token is asked for, where the secret may be its key."""

    @property
    def secret(self) -> str | None:
        """The name under which Secrets has the key."""

    @property
    def concurrency(self) -> int:
        """Calls at once, in this instance."""

    @property
    def rate(self) -> float:
        """Calls a second, in this instance."""

    @property
    def timeout(self) -> float:
        """Seconds of one attempt, from connecting to the body's last byte."""

    @property
    def tries(self) -> int:
        """Attempts of one call, the first included."""

    @property
    def backoff(self) -> float:
        """Seconds of the longest single back-off."""

    @property
    def retry(self) -> Sequence[str]:
        """Statuses that are worth another try, as `429` or `5xx`."""

    @property
    def not_there(self) -> Sequence[int]:
        """Statuses that say: not there, or not yet."""

    @property
    def credits(self) -> CreditRules | None:
        """What its calls cost, if they do."""

    @property
    def max_bytes(self) -> int:
        """The largest body, decompressed."""
