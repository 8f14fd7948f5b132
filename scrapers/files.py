"""A run's file in the raw bucket: its name, what it says of the run that wrote it, and that run
again from what it says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from scrapers.base import Fetched, Handed
from shared.core.days import iso, stamp
from shared.core.messages import ChunkOrder
from shared.core.ports import Files
from shared.core.runs import RunResult
from shared.core.targets import Target, TargetKind
from shared.core.workflows import Scraper


@dataclass(frozen=True, kw_only=True, slots=True)
class RunFiles:
    """The files of one chunk's runs: found again, or created once."""

    order: ChunkOrder
    scraper: Scraper
    raw: Files

    def written(self, target: Target, result: RunResult) -> RunResult | None:
        """The result whose file is there already: our own from before a crash, or a final one."""
        folder = self._folder(target)
        names = [f"{folder}/{stamp(self.order.decided_at)}.{self._suffix}"]
        if self.scraper.final and not self.order.fresh:
            names.insert(0, f"{folder}/final.{self._suffix}")
        for name in names:
            if (stored := self.raw.stat(name)) is not None:
                return self._read(target, result, name, stored.generation)
        return None

    def write(self, target: Target, result: RunResult, fetched: Fetched) -> RunResult:
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
