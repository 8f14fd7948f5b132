"""Scraper services of one's own: asked by POST, answered with a status, a number and a file.

Two shapes, told apart by the registry's path: `/scrape` has the scraper's name in the body,
`/scraper/{scraper}` has it in the path. What a service says is checked and never completed:
an unknown status word, a missing number and a file outside the allowed folders fail the run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from scrapers.base import Ask, Handed, Http
from scrapers.params import need
from scrapers.response import Response, decode_json
from shared.core.targets import TargetKind
from shared.core.workflows import Answer, Scraper, Service
from shared.errors import SourceFailure

#: Status words that a service may answer with.
STATUSES = ("success", "partial", "no_data", "failed", "error")
#: What the body calls the scraper, where the path does not name it.
NAME = "scraper"
#: Equal for every asking of one run: a service that remembers it scrapes once.
ONCE = "Idempotency-Key"
#: Characters of a service's answer that are quoted.
_QUOTED = 200


class Poster(Http, Protocol):
    """A source's client that can also post."""

    def post(
        self, path: str, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> Response:
        """POST `body` as JSON; failures and retries as `Http.get`."""
        ...


def service_fetcher(
    entry: Scraper, service: Service, *, bucket: str | None
) -> Callable[[Ask, Poster], Handed]:
    """What asks `service` for a target; `bucket` is the raw bucket's name, where it has one."""

    def fetch(ask: Ask, http: Poster) -> Handed:
        body = {**_options(ask), **_sent(entry, service, ask)}
        path = entry.path.replace("{scraper}", service.scraper)
        if path == entry.path:
            body[NAME] = service.scraper
        response = http.post(path, body, headers={ONCE: ask.run_id} if ask.run_id else None)
        handed = read_answer(response, ask, service.answer)
        if handed.path is None:
            return handed
        name = handed.path.removeprefix(f"gs://{bucket}/") if bucket else handed.path
        _need_allowed(name, service.files, ask.scraper)
        return Handed(
            record_count=handed.record_count,
            path=name,
            whole=handed.whole,
            covers=handed.covers,
            stats=handed.stats,
        )

    return fetch


def read_answer(response: Response, ask: Ask, keys: Answer) -> Handed:
    """What a service's answer says; SourceFailure `service_failed` or `malformed`."""
    payload = decode_json(response)
    if not isinstance(payload, Mapping):
        raise _malformed(ask, "the answer", payload, "a JSON object")
    status = _at(payload, keys.status)
    if status not in STATUSES:
        raise _malformed(ask, keys.status, status, ", ".join(STATUSES))
    if status in {"failed", "error"}:
        said = str(_at(payload, keys.message) or "no reason")[:_QUOTED]
        raise SourceFailure("service_failed", f"{ask.scraper}: the service says [{said}]")
    count = _at(payload, keys.record_count)
    if count is None and status == "no_data":
        count = 0
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise _malformed(ask, keys.record_count, count, "a number of records, 0 or more")
    if status == "no_data" and count:
        raise _malformed(ask, keys.record_count, count, "0 with status no_data")
    stats = {"service_status": status}
    if not count:
        return Handed(record_count=0, path=None, stats=stats)
    path = _at(payload, keys.file)
    if not isinstance(path, str) or not path:
        raise _malformed(ask, keys.file, path, "the file that was written")
    whole = status == "success"
    return Handed(
        record_count=count,
        path=path,
        whole=whole,
        covers=_covers(payload, ask, keys, whole=whole),
        stats=stats,
    )


def _covers(payload: Mapping[str, Any], ask: Ask, keys: Answer, *, whole: bool) -> Sequence[str]:
    """What the service says is whole; for one game or team its success says so."""
    said = _at(payload, keys.covers)
    if said is None:
        one = ask.target.kind in {TargetKind.GAME, TargetKind.TEAM}
        return (ask.target.id,) if whole and one else ()
    if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
        raise _malformed(ask, keys.covers, said, "a list of game ids, teams or dates")
    return tuple(said)


def _options(ask: Ask) -> dict[str, str]:
    """The registry's options and those given by hand; the day's games are for fetchers."""
    return {key: value for key, value in ask.options.items() if key != "games"}


def _sent(entry: Scraper, service: Service, ask: Ask) -> dict[str, str]:
    wanted = service.params or {name: name for name in entry.params}
    return {theirs: _form(ask, ours) for theirs, ours in wanted.items()}


def _form(ask: Ask, form: str) -> str:
    """A canonical parameter as the service wants it: `date:%Y%m%d`, `season:end`."""
    name, _, how = form.partition(":")
    value = need(ask, name)
    if not how:
        return value
    try:
        if name == "date":
            return date.fromisoformat(value).strftime(how)
        start = int(value[:4])
    except ValueError as e:
        raise SourceFailure("missing_parameter", f"{ask.scraper}: {name} is [{value}]") from e
    return str(start if how == "start" else start + 1)


def _need_allowed(name: str, folders: Sequence[str], scraper: str) -> None:
    """A file in one of the folders; no way out of them by dots."""
    inside = any(name.startswith(folder) and name != folder for folder in folders)
    parts = name.removeprefix("gs://").split("/")
    odd = {"", ".", ".."}.intersection(parts) or "\\" in name or not name.isprintable()
    if not inside or odd:
        raise SourceFailure(
            "bad_file",
            f"{scraper}: file: found [{name[:_QUOTED]}], allowed: a file in {', '.join(folders)}",
        )


def _at(payload: Mapping[str, Any], keys: str) -> Any:
    """The value under keys with dots between; None where one is missing."""
    found: Any = payload
    for key in keys.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _malformed(ask: Ask, key: str, found: object, allowed: str) -> SourceFailure:
    text = "nothing" if found is None else str(found)[:_QUOTED]
    return SourceFailure("malformed", f"{ask.scraper}: {key}: found [{text}], allowed: {allowed}")
