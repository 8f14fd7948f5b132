"""A service account's key becomes access tokens; neither is in any message."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from shared.errors import SourceFailure
from tests.scrapers.world import NOON, PAGE, Site, Source, ok

SCOPE = "https://drive.example/readonly"
TOKEN_URI = "https://token.example/token"
SOURCE = Source(name="bigdataball", tries=1, key_in="bearer", secret="DRIVE", scope=SCOPE)
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: Any = RSA_KEY) -> str:
    return str(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
    )


def account(**changed: Any) -> str:
    known = {
        "type": "service_account",
        "client_email": "reader@project.example",
        "private_key": pem(),
        "token_uri": TOKEN_URI,
    }
    return json.dumps({**known, **changed})


def token(name: str = "t0ken-1", seconds: int = 3600) -> httpx.Response:
    return ok({"access_token": name, "expires_in": seconds, "token_type": "Bearer"})


def site(*answers: httpx.Response, secret: str | None = None, source: Source = SOURCE) -> Site:
    made = Site(*answers, source=source)
    made.secrets.values["DRIVE"] = account() if secret is None else secret
    return made


def part(text: str) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))


def test_the_account_asks_for_a_token_with_its_signed_word() -> None:
    here = site(token(), ok({"files": []}))
    assert here.client().get("/drive").json() == {"files": []}
    asked, call = here.asked
    assert (asked.method, str(asked.url)) == ("POST", TOKEN_URI)
    form = parse_qs(asked.content.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    head, claims, signature = form["assertion"][0].split(".")
    assert part(head) == {"alg": "RS256", "typ": "JWT"}
    now = int(NOON.timestamp())
    assert part(claims) == {
        "iss": "reader@project.example",
        "scope": SCOPE,
        "aud": TOKEN_URI,
        "iat": now,
        "exp": now + 3600,
    }
    padded = signature + "=" * (-len(signature) % 4)
    # Raises when it is not signed by the account's key.
    RSA_KEY.public_key().verify(
        base64.urlsafe_b64decode(padded),
        f"{head}.{claims}".encode(),
        padding.PKCS1v15(),
        hashes.SHA256(),
    )
    assert call.headers["authorization"] == "Bearer t0ken-1"


def test_a_token_is_used_again_until_shortly_before_its_end() -> None:
    here = site(token(), ok({}), ok({}), token("t0ken-2"), ok({}))
    client = here.client()
    client.get("/a")
    # Good for an hour: at 54 minutes it is used, at 55 another is asked for.
    here.clock.pass_by(54 * 60)
    client.get("/b")
    here.clock.pass_by(60)
    client.get("/c")
    sent = [request.headers.get("authorization") for request in here.asked]
    assert sent == [None, "Bearer t0ken-1", "Bearer t0ken-1", None, "Bearer t0ken-2"]


def test_a_token_by_itself_is_sent_as_it_is() -> None:
    here = site(ok({}), secret="ya29.abc\n")
    here.client().get("/a")
    assert [request.headers["authorization"] for request in here.asked] == ["Bearer ya29.abc"]


def test_without_a_scope_a_secret_is_never_taken_for_an_account() -> None:
    source = Source(tries=1, key_in="header:X-Api-Key", secret="DRIVE")
    here = site(ok({}), secret="{a key}", source=source)
    here.client().get("/a")
    assert here.asked[0].headers["x-api-key"] == "{a key}"


def test_a_host_that_does_not_answer_is_asked_again() -> None:
    source = Source(tries=2, key_in="bearer", secret="DRIVE", scope=SCOPE)
    here = site(httpx.Response(503), token(), ok({}), source=source)
    here.client().get("/a")
    assert [request.method for request in here.asked] == ["POST", "POST", "GET"]


@pytest.mark.parametrize(
    ("answer", "error_type"),
    [
        (httpx.Response(400, json={"error": "invalid_grant", "error_description": "x"}), "blocked"),
        (httpx.Response(401, json={"error": "invalid_client"}), "blocked"),
        (ok({"token_type": "Bearer"}), "blocked"),
        (ok([]), "blocked"),
        (PAGE, "blocked"),
        (httpx.Response(500), "http_5xx"),
    ],
)
def test_a_token_that_is_not_given_fails_the_call(answer: httpx.Response, error_type: str) -> None:
    here = site(answer)
    with pytest.raises(SourceFailure) as caught:
        here.client().get("/a")
    assert caught.value.error_type == error_type
    assert len(here.asked) == 1
    said = f"{caught.value} {caught.value.__cause__}"
    assert "PRIVATE KEY" not in said
    assert "assertion" not in said


def test_a_network_that_is_down_fails_the_call() -> None:
    here = Site(httpx.ConnectError("no route"), source=SOURCE)
    here.secrets.values["DRIVE"] = account()
    with pytest.raises(SourceFailure) as caught:
        here.client().get("/a")
    assert caught.value.error_type == "network"


@pytest.mark.parametrize(
    "secret",
    [
        '{"client_email": "reader@project.example"}',
        '{"client_email": ',
        account(private_key=None),
        account(token_uri="http://token.example/token"),
        # Cut off.
        account(private_key=pem()[:200]),
        account(private_key=pem(ec.generate_private_key(ec.SECP256R1()))),
    ],
)
def test_a_key_that_is_none_is_a_missing_secret_and_is_not_quoted(secret: str) -> None:
    here = site(ok({}), secret=secret)
    with pytest.raises(SourceFailure) as caught:
        here.client().get("/a")
    assert (caught.value.error_type, here.asked) == ("missing_secret", [])
    said = f"{caught.value} {caught.value.__cause__}"
    assert "BEGIN" not in said
    assert "reader@" not in said
