"""One run: ask a source for one target, write one file, say honestly how it went.

`success` has records, `no_data` was asked and is not there yet, `failed` names its error. The
file's name is fixed by the decision, so a repeat finds it and does not ask the source again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from scrapers.base import Ask, Fetched, Handed
from scrapers.calls import RunHttp
from scrapers.handed import checked, sound, weight
from scrapers.http import SourceClient
from scrapers.redact import redact
from shared.core.days import iso, stamp
from shared.core.messages import ChunkOrder
from shared.core.ports import Clock, Files
from shared.core.runs import RunResult, run_id
from shared.core.targets import Target, TargetKind
from shared.core.workflows import Scraper
from shared.errors import PortUnavailable, SourceFailure

#: No target, and no further call of one, starts this many seconds after its chunk did (540 s
#: timeout, rule 6).
LAST_START = 420.0


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Everything that the runs of one chunk share."""

    order: ChunkOrder
    scraper: Scraper
    fetcher: Callable[[Ask, RunHttp], Fetched]
    client: SourceClient
    raw: Files
    clock: Clock
    #: When the chunk began.
    began: datetime
    #: Called with what was fetched before it is written; may raise SourceFailure (a schedule
    #: that must not replace the newest one).
    accept: Callable[[Fetched], None]

    def run(self, target: Target) -> RunResult:
        """Run one target. Only our own ports' failures raise."""
        started = self.clock.now()
        clock_start = time.perf_counter()
        result = RunResult(
            run_id=run_id(self.order.execution_id, self.order.scraper, target),
            target=target,
            status="failed",
            record_count=0,
            complete=False,
            triggered_at=started,
            completed_at=started,
        )
        http = self.client.for_run()
        http.until = self.began + timedelta(seconds=LAST_START)
        fetched = Fetched(records=())
        try:
            if (found := self._written(target, result)) is not None:
                return found
            self._require(target, started)
            ask = self._ask(target, started, result.run_id)
            fetched = sound(self.scraper.name, self.fetcher(ask, http))
            self.accept(fetched)
            if isinstance(fetched, Handed):
                generation = checked(self.raw, fetched)
                result = replace(result, path=fetched.path, generation=generation)
        except SourceFailure as e:
            result = replace(result, error_type=e.error_type, error_message=str(e))
        except (PortUnavailable, MemoryError):
            raise
        except Exception as e:  # noqa: BLE001 a fetcher's fault is this run's, not its siblings'
            message = redact(f"{type(e).__name__}: {e}")
            result = replace(result, error_type="internal", error_message=message)
        else:
            result = self._judge(result, fetched)
        result = replace(
            result,
            completed_at=self.clock.now(),
            duration_seconds=round(time.perf_counter() - clock_start, 6),
            retry_count=http.retries,
            requests=http.requests,
            credits=http.credits,
            credits_left=http.credits_left,
        )
        return self._write(target, result, fetched) if result.status == "success" else result

    @cached_property
    def _options(self) -> Mapping[str, str]:
        """The order's, and the day's games as JSON: one for all targets of the chunk."""
        games = json.dumps([dict(game) for game in self.order.day_games])
        return {**self.order.options, "games": games}

    def _require(self, target: Target, started: datetime) -> None:
        """Time enough, and every required parameter, before any call."""
        if (started - self.began).total_seconds() > LAST_START:
            raise SourceFailure("out_of_time", f"not started {LAST_START:g} s into its chunk")
        missing = [name for name in self.scraper.params if not target.params.get(name)]
        if missing:
            message = f"{self.scraper.name} needs {', '.join(missing)}"
            raise SourceFailure("missing_parameter", message)

    def _ask(self, target: Target, now: datetime, run: str) -> Ask:
        return Ask(
            scraper=self.scraper.name,
            target=target,
            target_date=self.order.target_date,
            now=now,
            options=self._options,
            run_id=run,
        )

    def _judge(self, result: RunResult, fetched: Fetched) -> RunResult:
        count, whole = weight(fetched)
        return replace(
            result,
            status="success" if count else "no_data",
            record_count=count,
            complete=bool(count) and whole and self._complete(result.target, fetched),
            covers=tuple(fetched.covers),
            found=tuple(fetched.found),
            stats=dict(fetched.stats),
        )

    def _complete(self, target: Target, fetched: Fetched) -> bool:
        """Whether what the calendar lets one expect by now was found, in some records."""
        match self.scraper.expects:
            case "games" if target.kind is TargetKind.GAME:
                return target.id in fetched.covers
            case "games":
                return bool(fetched.covers) and set(self.order.expects) <= set(fetched.covers)
            case "teams":
                return target.id in fetched.covers
            case _:
                return True

    def _final(self, target: Target, result: RunResult) -> bool:
        """Whether the result can never change: complete, for every game of the date."""
        if not (self.scraper.final and result.complete) or self.order.fresh:
            return False
        if target.kind is TargetKind.GAME:
            return True
        games = {game["id"] for game in self.order.day_games}
        return bool(games) and games <= set(result.covers)

    @property
    def _suffix(self) -> str:
        """A service's run leaves a receipt that names the service's file, which is announced."""
        return "receipt.json" if self.scraper.kind == "service" else "json"

    def _folder(self, target: Target) -> str:
        scraper = self.scraper
        day = self.order.target_date.isoformat()
        return f"{scraper.source}/{scraper.dataset}/{day}/{target.id}"

    def _written(self, target: Target, result: RunResult) -> RunResult | None:
        """The result whose file is there already: our own from before a crash, or a final one."""
        folder = self._folder(target)
        names = [f"{folder}/{stamp(self.order.decided_at)}.{self._suffix}"]
        if self.scraper.final and not self.order.fresh:
            names.insert(0, f"{folder}/final.{self._suffix}")
        for name in names:
            if (stored := self.raw.stat(name)) is not None:
                return self._read(target, result, name, stored.generation)
        return None

    def _read(self, target: Target, result: RunResult, name: str, generation: int) -> RunResult:
        """The result that the file `name` tells of."""
        known = result_of(json.loads(self.raw.read(name))["tipoff"], target, name, generation)
        if known.run_id == result.run_id:
            return known
        # Another execution's file: it is obtained, announced and loaded as that one's.
        return replace(
            known,
            run_id=result.run_id,
            triggered_at=result.triggered_at,
            completed_at=result.completed_at,
            # It asked nobody.
            retry_count=0,
            requests=0,
            credits=None,
            credits_left=None,
            stats={"reused": name},
        )

    def _write(self, target: Target, result: RunResult, fetched: Fetched) -> RunResult:
        """Create the file once, attachments first: the parsed file alone is announced."""
        folder = self._folder(target)
        instant = stamp(self.order.decided_at)
        for suffix, body in fetched.attachments.items():
            self.raw.create_once(f"{folder}/{instant}.{suffix}", body)
        name = f"{folder}/{'final' if self._final(target, result) else instant}.{self._suffix}"
        envelope = {
            "tipoff": facts_of(result, self.order),
            "records": [dict(record) for record in fetched.records],
        }
        body = json.dumps(envelope, separators=(",", ":")).encode()
        tags = {"run_id": result.run_id, "record_count": str(result.record_count)}
        creation = self.raw.create_once(name, body, tags)
        if creation.created or creation.stored.metadata.get("run_id") == result.run_id:
            if isinstance(fetched, Handed):
                return result
            return replace(result, path=name, generation=creation.stored.generation)
        return self._read(target, result, name, creation.stored.generation)


def facts_of(result: RunResult, order: ChunkOrder) -> dict[str, Any]:
    """What a file says of the run that wrote it; a receipt also names the file it is for."""
    receipt = {"path": result.path, "generation": result.generation} if result.path else {}
    return {
        **receipt,
        "run_id": result.run_id,
        "scraper": order.scraper,
        "target": result.target.id,
        "target_date": order.target_date.isoformat(),
        "status": result.status,
        "record_count": result.record_count,
        "complete": result.complete,
        "covers": list(result.covers),
        "found": [
            {"kind": found.kind.value, "id": found.id, "params": dict(found.params)}
            for found in result.found
        ],
        "triggered_at": iso(result.triggered_at),
        "completed_at": iso(result.completed_at),
        "duration_seconds": result.duration_seconds,
        "retry_count": result.retry_count,
        "requests": result.requests,
        "credits": result.credits,
        "credits_left": result.credits_left,
        "stats": dict(result.stats),
    }


def result_of(facts: Mapping[str, Any], target: Target, path: str, generation: int) -> RunResult:
    """The run that wrote a file, from what the file says."""
    return RunResult(
        run_id=facts["run_id"],
        target=target,
        status=facts["status"],
        record_count=facts["record_count"],
        complete=facts["complete"],
        covers=tuple(facts["covers"]),
        found=tuple(
            Target(kind=TargetKind(found["kind"]), id=found["id"], params=found["params"])
            for found in facts["found"]
        ),
        path=facts.get("path", path),
        generation=facts["generation"] if "path" in facts else generation,
        triggered_at=datetime.fromisoformat(facts["triggered_at"]),
        completed_at=datetime.fromisoformat(facts["completed_at"]),
        duration_seconds=facts["duration_seconds"],
        retry_count=facts["retry_count"],
        # Files of the first version do not say these.
        requests=facts.get("requests", 0),
        credits=facts.get("credits"),
        credits_left=facts.get("credits_left"),
        stats=facts["stats"],
    )
