"""Access tokens of a Google service account: asked for with its signed word, good for an hour."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx

from scrapers.wire import Passing
from shared.core.ports import Clock
from shared.errors import MissingSecret, SourceFailure

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_NEEDED = ("client_email", "private_key", "token_uri")
_LIFE = timedelta(hours=1)
#: A token is replaced this long before its end: the call it is for takes time too.
SPARE = timedelta(minutes=5)
#: Seconds for one request of a token.
TIMEOUT = 10.0


def is_account(secret: str) -> bool:
    """Whether a secret is a service account's key, as JSON, and not a token by itself."""
    return secret.lstrip().startswith("{")


class ServiceAccount:
    """One account's tokens for one scope; threads share it."""

    def __init__(self, secret: str, scope: str, clock: Clock, wire: httpx.BaseTransport) -> None:
        """`secret` is the key file's text; MissingSecret when it is none. Nothing is asked."""
        self._key = _parsed(secret)
        self._scope = scope
        self._clock = clock
        self._wire = wire
        self._lock = threading.Lock()
        self._token = ""
        self._until: datetime | None = None

    def token(self) -> str:
        """A token that is good for some minutes more, asked for when there is none.

        Passing when the token's host does not answer, SourceFailure `blocked` when it refuses.
        """
        with self._lock:
            now = self._clock.now()
            if self._until is None or now >= self._until - SPARE:
                self._token, self._until = self._ask(now)
            return self._token

    def _ask(self, now: datetime) -> tuple[str, datetime]:
        form = {"grant_type": _GRANT, "assertion": self._assertion(now)}
        request = httpx.Request(
            "POST",
            self._key["token_uri"],
            headers={"content-type": "application/x-www-form-urlencoded"},
            content=urlencode(form).encode(),
            extensions={"timeout": httpx.Timeout(TIMEOUT).as_dict()},
        )
        try:
            response = self._wire.handle_request(request)
            body = response.read()
            response.close()
        except httpx.HTTPError as e:
            raise Passing("network", f"no access token: {type(e).__name__}") from e
        status = response.status_code
        if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Passing("http_5xx", f"no access token: status {status}", status=status)
        answer = _answer(body)
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if status != httpx.codes.OK or not isinstance(token, str) or not isinstance(seconds, int):
            # The description may quote the account; the code never does.
            said = str(answer.get("error", "no token"))[:40]
            raise SourceFailure("blocked", f"no access token: [{said}]", status=status)
        return token, now + timedelta(seconds=seconds)

    def _assertion(self, now: datetime) -> str:
        # Imported when first used: only a real Drive needs it.
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        claims = {
            "iss": self._key["client_email"],
            "scope": self._scope,
            "aud": self._key["token_uri"],
            "iat": int(now.timestamp()),
            "exp": int((now + _LIFE).timestamp()),
        }
        signed = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
        try:
            key = load_pem_private_key(self._key["private_key"].encode(), password=None)
        except ValueError:
            # Its cause might quote the key.
            raise SourceFailure("missing_secret", "the account's private key is none") from None
        if not isinstance(key, rsa.RSAPrivateKey):
            raise SourceFailure("missing_secret", "the account's private key is not RSA's")
        signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_text(signature)}"


def _parsed(secret: str) -> dict[str, str]:
    try:
        found = json.loads(secret)
    except ValueError:
        # The cause would quote the secret.
        raise MissingSecret("the secret is no service account's key: not JSON") from None
    lacking = [name for name in _NEEDED if not isinstance(found.get(name), str)]
    if lacking:
        raise MissingSecret(f"the secret is no service account's key: no {', '.join(lacking)}")
    if not found["token_uri"].startswith("https://"):
        raise MissingSecret("the secret is no service account's key: token_uri is not https")
    return {name: found[name] for name in _NEEDED}


def _answer(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _part(claims: Mapping[str, Any]) -> str:
    return _text(json.dumps(claims, separators=(",", ":")).encode())


def _text(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()
