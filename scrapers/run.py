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

from scrapers.base import Ask, Fetched, Handed
from scrapers.calls import RunHttp
from scrapers.files import RunFiles
from scrapers.handed import checked, sound, weight
from scrapers.http import SourceClient
from scrapers.redact import redact
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
            if (found := self._files.written(target, result)) is not None:
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
        return self._files.write(target, result, fetched) if result.status == "success" else result

    @cached_property
    def _files(self) -> RunFiles:
        return RunFiles(order=self.order, scraper=self.scraper, raw=self.raw)

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
