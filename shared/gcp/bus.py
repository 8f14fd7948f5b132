"""Topics on Pub/Sub: publish many, each with its own result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput
from shared.core.ports import Clock, Message
from shared.errors import PortUnavailable
from shared.gcp.faults import foreign
from shared.log import traceparent
from shared.messages import NOW

if TYPE_CHECKING:
    from concurrent.futures import Future

    from google.cloud.pubsub_v1 import PublisherClient

#: Seconds: of one request, of all tries of one batch, and of the wait for one result.
_TIMEOUT = 20.0
_RETRY_FOR = 45.0
_WAIT = 60.0

#: What the client's `publish` calls its own arguments: no attribute can bear these names.
_TAKEN = frozenset({"topic", "data", "ordering_key", "retry", "timeout"})


class PubSubBus:
    """Topics of one project. Attributes travel as they are, the trace of the delivery with them.

    `simulated` (tests): what is published in simulated time carries its instant.
    """

    def __init__(
        self,
        client: Callable[[], PublisherClient],
        project: str,
        clock: Clock,
        *,
        simulated: bool = False,
    ) -> None:
        self._client = client
        self._project = project
        self._clock = clock
        self._simulated = simulated

    def publish(self, messages: Sequence[Message]) -> Sequence[str | Exception]:
        """Publish each and wait for each; per message its id or why it failed.

        An empty body or an attribute that cannot travel is that message's BadInput; whatever
        the service answers (a missing topic too) is that message's PortUnavailable.
        """
        sent = [self._send(message) for message in messages]
        return [
            one if isinstance(one, Exception) else _result(message, one)
            for message, one in zip(messages, sent, strict=True)
        ]

    def _send(self, message: Message) -> Future[str] | Exception:
        try:
            _check(message)
            sent: Future[str] = self._client().publish(
                f"projects/{self._project}/topics/{message.topic}",
                message.body.encode(),
                retry=_retry(),
                timeout=_TIMEOUT,
                **self._attributes(message),
            )
            return sent
        except BadInput as e:
            return e
        except Exception as e:
            if not foreign(e) and not isinstance(e, ValueError):  # ValueError: too large
                raise
            return _unavailable(message, e)

    def _attributes(self, message: Message) -> Mapping[str, str]:
        attributes = dict(message.attributes)
        if (parent := traceparent(f"{message.topic} {message.body}")) is not None:
            attributes.setdefault("traceparent", parent)
        if self._simulated and self._clock.simulated:
            attributes.setdefault(NOW, self._clock.now().isoformat())
        return attributes


def _check(message: Message) -> None:
    place = f"message for {message.topic}"
    if not message.body:
        raise BadInput(f"{place}: body", message.body, "JSON text, never empty")
    for name, value in message.attributes.items():
        if not isinstance(name, str) or not isinstance(value, str) or name in _TAKEN:
            allowed = f"text to text, no name of {', '.join(sorted(_TAKEN))}"
            raise BadInput(f"{place}: attribute", f"{name!r}: {value!r}", allowed)


def _result(message: Message, sent: Future[str]) -> str | Exception:
    try:
        return sent.result(timeout=_WAIT)
    except Exception as e:
        if not foreign(e):
            raise
        return _unavailable(message, e)


def _unavailable(message: Message, error: Exception) -> PortUnavailable:
    failed = PortUnavailable(f"publish to [{message.topic}]: {type(error).__name__}: {error}")
    failed.__cause__ = error
    return failed


def _retry() -> Any:
    """What the service answers when it is only busy or restarting; the rest at once."""
    from google.api_core import exceptions, retry

    passing = retry.if_exception_type(
        exceptions.Aborted,
        exceptions.Cancelled,
        exceptions.DeadlineExceeded,
        exceptions.InternalServerError,
        exceptions.ResourceExhausted,
        exceptions.ServiceUnavailable,
        exceptions.Unknown,
    )
    return retry.Retry(
        predicate=passing, initial=0.1, maximum=5.0, multiplier=2.0, timeout=_RETRY_FOR
    )
