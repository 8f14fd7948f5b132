"""What the tests of executions are made of: a manifest, events that were found, results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.core.chunks import group_size_of, progress
from shared.core.execution import Manifest, Outcome, finish_by
from shared.core.resolve import TargetGame
from shared.core.runs import RunResult, RunStatus
from shared.core.targets import Target, TargetKind
from shared.core.workflows import Step
from tests.core.made import NOV_12, at, config

NAMES = ("oddsa_events", "oddsa_player_props", "oddsa_game_lines", "nbac_team_boxscore",
         "nbac_play_by_play", "bdl_box_scores", "espn_roster")  # fmt: skip
EVENTS = (
    Step(scrapers=("oddsa_events",)),
    Step(scrapers=("oddsa_player_props", "oddsa_game_lines"), targets_from="oddsa_events"),
)
MADE_AT = at("13:00")


def manifest(*steps: Step, games: int = 0, **changes: object) -> Manifest:
    made = tuple(
        TargetGame(game_id=f"00225{n:05d}", away="BOS", home="NYK", tip=at("19:00"))
        for n in range(games)
    )
    facts: dict[str, object] = {
        "execution_id": "x.1",
        "decision_id": "x.run1",
        "workflow": "w",
        "slot_id": "x",
        "game_day": NOV_12,
        "target_date": NOV_12,
        "attempt": 1,
        "decided_at": MADE_AT,
        "created_at": MADE_AT,
        "steps": steps,
        "games": made,
        "day_games": made,
        "expects": (),
        "have": {},
        "kinds": {name: config().scrapers[name].target for name in NAMES},
        "sources": {name: config().scrapers[name].source for name in NAMES},
        "group_size": {s: group_size_of(config(), s) for s in config().sources},
        "options": {},
        "not_after": at("15:00"),
        "finish_by": finish_by(MADE_AT, steps),
        "config_version": "v1",
    }
    return Manifest(**(facts | changes))  # type: ignore[arg-type]


def events(count: int) -> tuple[Target, ...]:
    return tuple(
        Target(kind=TargetKind.EVENT, id=f"e{n:02d}", params={"event": f"e{n:02d}"})
        for n in range(count)
    )


def nothing(_: str) -> Sequence[Target]:
    return ()


def result(
    name: str, status: RunStatus = "success", error: str | None = None, **changes: object
) -> RunResult:
    target = Target(kind=TargetKind.EVENT, id=name)
    made = RunResult(
        run_id=f"x.1.s.{name}",
        target=target,
        status=status,
        record_count=1 if status == "success" else 0,
        complete=status == "success",
        triggered_at=MADE_AT,
        completed_at=MADE_AT,
        error_type=error,
        error_message=f"{error} said so" if error else "",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def outcome(*results: RunResult) -> Outcome:
    order = progress(manifest(EVENTS[0]), {}, nothing).waiting[0]
    return Outcome(order=order, results=results, at=MADE_AT)
