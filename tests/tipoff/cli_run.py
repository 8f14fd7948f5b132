"""How tests call the command line: in this process, with its own data folder and no terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from local.store import Store
from shared.schema import Schemas
from shared.settings import Settings
from tipoff.cli import app

CONFIG = Settings().config


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def tipoff(*args: object, env: Mapping[str, str] | None = None) -> Said:
    """Run `tipoff` with these arguments; an error that the command line lets out is raised.

    `env` is set beside the environment of the tests.
    """
    runner = CliRunner(env=env)
    result = runner.invoke(app, [str(arg) for arg in args], catch_exceptions=False)
    return Said(code=result.exit_code, out=result.stdout, err=result.stderr)


def store_in(folder: Path) -> Store:
    return Store(folder, Schemas(CONFIG / "tables"))


def put(
    folder: Path, table: str, *rows: dict[str, Any], dataset: str = "nba_orchestration"
) -> None:
    """Rows as they are, with ids that only count: what a journal would have kept."""
    store = store_in(folder)
    with store.write() as db:
        counted = [(f"{table}.{row}", row) for row in rows]
        store.insert_rows(db, dataset, table, [(str(key), row) for key, row in counted])
        if dataset == "nba_raw":
            values = (f"load {table}", table, len(rows))
            db.execute("INSERT OR IGNORE INTO loads VALUES (?, ?, ?)", values)
    store.close()


def decision(**changes: Any) -> dict[str, Any]:
    """A row of workflow_decisions."""
    return {
        "decision_id": "2025-11-12.betting_lines.20251112T180000Z.run1",
        "decision_time": "2025-11-12T18:00:00+00:00",
        "workflow_name": "betting_lines",
        "slot_id": "2025-11-12.betting_lines.20251112T180000Z",
        "action": "RUN",
        "reason": "due",
        "reason_code": "due",
        "context": "{}",
        "scrapers": [],
        "target_games": [],
        "created_at": "2025-11-12T18:00:01+00:00",
        **changes,
    }
