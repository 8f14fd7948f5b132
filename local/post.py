"""A delivery as a real HTTP POST: a CloudEvent in binary mode, as Pub/Sub's push makes it."""

from __future__ import annotations

import base64
import http.client
import json
from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.core.days import iso
from shared.errors import PortUnavailable
from shared.messages import NOW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.delivery import Delivery

#: The project's name on one machine.
PROJECT = "local"

#: Seconds: a function's own limit in the cloud.
FUNCTION_SECONDS = 540.0

_STALE = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)
_OK = range(200, 300)
#: How much of an error page is quoted.
_QUOTED = 300


class Session:
    """Keep-alive connections to the functions of one machine; any number of threads.

    At most as many connections as posts at once. Proxies are never asked: this is loopback.
    """

    def __init__(self, *, timeout: float = FUNCTION_SECONDS) -> None:
        self._timeout = timeout
        self._idle: dict[str, deque[http.client.HTTPConnection]] = {}

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer; PortUnavailable when there is none."""
        parts = urlsplit(url)
        idle = self._idle.setdefault(parts.netloc, deque())
        try:
            return self._exchange(idle, parts.netloc, parts.path, headers, body)
        except (OSError, http.client.HTTPException) as e:
            message = f"no answer from [{url}]: {type(e).__name__} {e}"
            raise PortUnavailable(message) from e

    def close(self) -> None:
        """Close the idle connections."""
        for idle in self._idle.values():
            while idle:
                idle.pop().close()

    def _exchange(
        self,
        idle: deque[http.client.HTTPConnection],
        netloc: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
    ) -> tuple[int, bytes]:
        try:
            connection, used = idle.pop(), True
        except IndexError:
            connection, used = http.client.HTTPConnection(netloc, timeout=self._timeout), False
        try:
            try:
                connection.request("POST", path, body, dict(headers))
                response = connection.getresponse()
            except _STALE:
                # The server closed an idle connection: delivery is at least once, try a new one.
                if not used:
                    raise
                connection.close()
                connection.request("POST", path, body, dict(headers))
                response = connection.getresponse()
            answer = response.read()
        except BaseException:
            connection.close()
            raise
        idle.append(connection)
        return response.status, answer


def cloud_event(delivery: Delivery) -> tuple[dict[str, str], bytes]:
    """Headers and body of the CloudEvent that carries `delivery`."""
    attributes = dict(delivery.attributes)
    if delivery.simulated:
        attributes[NOW] = iso(delivery.deliver_at)
    published = iso(delivery.published_at)
    body = {
        "message": {
            "data": base64.b64encode(delivery.body.encode()).decode(),
            "attributes": attributes,
            "messageId": delivery.message_id,
            "publishTime": published,
        },
        "subscription": f"projects/{PROJECT}/subscriptions/{delivery.subscription}",
    }
    headers = {
        "content-type": "application/json",
        "ce-specversion": "1.0",
        "ce-type": "google.cloud.pubsub.topic.v1.messagePublished",
        "ce-source": f"//pubsub.googleapis.com/projects/{PROJECT}/topics/{delivery.topic}",
        "ce-id": delivery.message_id,
        "ce-time": published,
    }
    return headers, json.dumps(body).encode()


def post_cloud_event(session: Session, base_url: str, delivery: Delivery) -> None:
    """POST `delivery` to its function; returns on 2xx, else raises PortUnavailable."""
    # Without the path behind the function's name the server would answer 308 to its root.
    path = f"{delivery.function}/projects/{PROJECT}/topics/{delivery.topic}"
    headers, body = cloud_event(delivery)
    status, answer = session.post(f"{base_url.rstrip('/')}/{path}", headers, body)
    if status not in _OK:
        text = answer[:_QUOTED].decode(errors="replace")
        message = f"[{delivery.function}] answered [{status}] to [{delivery.message_id}]: {text}"
        raise PortUnavailable(message)
