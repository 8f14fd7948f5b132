"""Answers that no source should give: random ones, and good ones with something wrong in them."""

from __future__ import annotations

import copy
import gzip
import json
import re
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.scrapers.harness import Reply

#: What stands for numbers that JSON text can hold and `json.dumps` will not write.
_RAW = {'"@inf@"': "1e999", '"@-inf@"': "-1e999", '"@nan@"': "NaN", '"@digits@"': "9" * 5000}
VALUES: Sequence[Any] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**40,
    -(10**400),
    2**63,
    1e308,
    "@inf@",
    "@-inf@",
    "@nan@",
    "@digits@",
    "",
    " ",
    "0",
    "-1",
    "x",
    "²",
    "٣",
    "\x00",
    "\ud800",
    "\u202eabc",
    "Ŷ" * 300,
    "../../etc",
    "a/b",
    "2025-11-31",
    "2025-11-12T25:61:00Z",
    "0001-01-01T00:00:00-23:59",
    "12:345",
    "PT99999999999M",
    [],
    {},
    [[]],
    [None],
    [[[[[1]]]]],
    {"": None},
    {"id": {}},
)
OPS = ("delete", "value", "wrap", "unwrap", "double", "cut", "reverse", "rename", "merge")
TEXT_OPS = ("cut", "drop", "double", "token", "line", "swap", "insert", "bytes")
TOKENS = (
    b"",
    b"0",
    b"-1",
    b"99999999999999999999",
    b"x",
    b"\xff\xfe",
    b"\x00",
    b'"',
    b"<",
    b")",
    b",",
    b":",
    b"99:99",
    b"2025-02-30",
    b"NaN",
    b"\xc2\xb2",
    b"\xd9\xa3",
    b"(",
    b"@",
    b"/",
    b"=",
)
#: Headers that lie about a body.
HEADERS: Sequence[dict[str, str]] = (
    {},
    {},
    {},
    {"content-encoding": "gzip"},
    {"content-encoding": "br"},
    {"content-type": "text/html; charset=utf-16"},
    {"content-length": "99999999999"},
    {"retry-after": "Wed, 99 Nov 2025"},
    {"location": "https://consent.example.com/"},
)
STATUSES = (200,) * 12 + (204, 206, 301, 302, 304, 401, 403, 404, 408, 422, 429, 500, 503)
#: The steps of a change: what, where, and with which value.
Steps = list[tuple[int, int, int]]
STEPS: st.SearchStrategy[Steps] = st.lists(
    st.tuples(st.integers(0, 999), st.integers(0, 2**24), st.integers(0, 999)),
    min_size=1,
    max_size=4,
)
_SCRIPT = re.compile(rb"(\{.*\})(?=;?\s*</script>)", re.DOTALL)
_TOKEN = re.compile(rb"[\w.:%+@-]+")
#: Longer lists are cut, so that many answers can be tried: a season has 1,278 games.
MOST = 40


def random_json(keys: Sequence[str]) -> st.SearchStrategy[Any]:
    """JSON of any shape, with keys that the source itself uses among others."""
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=12),
        st.sampled_from(VALUES),
    )
    names = st.one_of(st.sampled_from(keys or ["data"]), st.text(max_size=4))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=6)
        ),
        max_leaves=25,
    )


def random_body() -> st.SearchStrategy[bytes]:
    """Bytes, some of which begin as something."""
    begins = (b"", b"", b"{", b"[", b"%PDF-1.4\n", b"<html>", b"\xef\xbb\xbf[", b"\x1f\x8b", b"id,")
    ends = (b"", b"}", b"]", b"%%EOF\n", b"</html>", b"\n")
    return st.builds(
        lambda begin, body, end: begin + body + end,
        st.sampled_from(begins),
        st.binary(max_size=300),
        st.sampled_from(ends),
    )


def changed(reply: Reply, steps: Steps) -> Reply:
    """A good answer with something wrong in it: in its data, its text, its headers, its status."""
    body, headers, status = reply.body, dict(reply.headers), reply.status
    data = data_of(body)
    if data is not None and steps[0][0] % 5:
        before, payload, after = data
        for what, where, value in steps:
            payload = _change(payload, OPS[what % len(OPS)], where, VALUES[value % len(VALUES)])
        body = before + dumped(payload) + after
    else:
        for what, where, value in steps:
            body = _change_text(body, TEXT_OPS[what % len(TEXT_OPS)], where, value)
    what, where, value = steps[-1]
    if value % 10 == 0:
        lie = HEADERS[where % len(HEADERS)]
        headers |= lie
        if lie.get("content-encoding") == "gzip" and where % 2:
            body = gzip.compress(body)[: where % max(len(body), 1)]
    if what % 10 == 0:
        status = STATUSES[where % len(STATUSES)]
    return Reply(status=status, headers=headers, body=body)


def dumped(payload: Any) -> bytes:
    text = json.dumps(payload)
    for stands, raw in _RAW.items():
        text = text.replace(stands, raw)
    return text.encode()


def data_of(body: bytes) -> tuple[bytes, Any, bytes] | None:
    """The JSON of an answer, or the one inside a page, with what stands around it."""
    begin, end = 0, len(body)
    if not body.lstrip().startswith((b"{", b"[")):
        found = _SCRIPT.search(body)
        if found is None:
            return None
        begin, end = found.span(1)
        while begin < end and not _is_json(body[begin:end]):
            begin = body.find(b"{", begin + 1, end)
            if begin < 0:
                return None
    try:
        payload = json.loads(body[begin:end])
    except ValueError:
        return None
    return body[:begin], payload, body[end:]


def keys_of(payload: Any) -> set[str]:
    """Every key in it."""
    if isinstance(payload, dict):
        return set(payload).union(*(keys_of(value) for value in payload.values()), set())
    if isinstance(payload, list):
        return set().union(*(keys_of(value) for value in payload[:3]), set())
    return set()


def shorter(payload: Any) -> Any:
    """The same with long lists cut."""
    if isinstance(payload, dict):
        return {key: shorter(value) for key, value in payload.items()}
    if isinstance(payload, list):
        return [shorter(value) for value in payload[:MOST]]
    return payload


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _change(payload: Any, op: str, where: int, value: Any) -> Any:  # noqa: C901, PLR0912 a table
    """One change somewhere: near the top more often than deep down."""
    holder: Any = None
    key: Any = None
    node = payload
    while isinstance(node, dict | list) and node and (where or holder is None):
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        holder, key = node, keys[where % len(keys)]
        where //= len(keys)
        node = holder[key]
    if holder is None:
        return copy.deepcopy(value)
    match op:
        case "delete":
            del holder[key]
        case "value":
            holder[key] = copy.deepcopy(value)
        case "wrap":
            holder[key] = [node] if where % 2 else {"x": node}
        case "unwrap" if isinstance(node, dict | list) and node:
            holder[key] = next(iter(node.values())) if isinstance(node, dict) else node[0]
        case "double" if isinstance(node, list):
            holder[key] = node + copy.deepcopy(node)
        case "double" if isinstance(holder, list):
            holder.insert(key, copy.deepcopy(node))
        case "cut" if isinstance(node, list):
            holder[key] = node[: where % (len(node) + 1)]
        case "cut" if isinstance(node, str):
            holder[key] = node[: where % (len(node) + 1)]
        case "reverse" if isinstance(node, list | str):
            holder[key] = node[::-1]
        case "rename" if isinstance(holder, dict):
            holder[f"{key}_"] = holder.pop(key)
        case "merge" if isinstance(holder, list):
            holder.append(copy.deepcopy(value))
        case _:
            holder[key] = copy.deepcopy(value)
    return payload


def _change_text(body: bytes, op: str, where: int, value: int) -> bytes:
    size = max(len(body), 1)
    at, length = where % size, 1 + value * 7 % max(size // 8, 1)
    token = TOKENS[value % len(TOKENS)]
    match op:
        case "cut":
            return body[:at]
        case "drop":
            return body[:at] + body[at + length :]
        case "double":
            return body[: at + length] + body[at:]
        case "token" if found := list(_TOKEN.finditer(body)):
            begin, end = found[where % len(found)].span()
            return body[:begin] + token + body[end:]
        case "line" | "swap" if len(lines := body.split(b"\n")) > 1:
            number = where % len(lines)
            if op == "swap":
                other = value % len(lines)
                lines[number], lines[other] = lines[other], lines[number]
            else:
                lines[number : number + 1] = [lines[number]] * (value % 3)
            return b"\n".join(lines)
        case "bytes":
            return body[:at] + bytes([value % 256]) + body[at + 1 :]
        case _:
            return body[:at] + token + body[at:]
