"""`tipoff missing`: what was due and never came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from tipoff.commands.options import AsJson, Data, FolderConfig, day_of, settings_in
from tipoff.commands.output import print_json, print_table
from tipoff.commands.reading import Reads, now_of, read_from

if TYPE_CHECKING:
    from shared.core.report.day import DayReport
    from shared.core.report.facts import Facts
    from shared.core.report.lines import SlotLine
    from shared.page.seen import Seen
    from shared.world import World

#: Minutes after which a file without a load is urgent, as v_missing_files has them.
WARNING_AFTER, CRITICAL_AFTER = 120, 240

#: How long after its day's end what a game owes is urgent.
GAP = dt.timedelta(hours=24)

#: By then any execution has ended: 45 minutes a step, and the sweep that ends what is late.
ENDED = dt.timedelta(hours=4)

URGENCIES = ("CRITICAL", "WARNING", "RECENT")


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """One thing that was due and never came."""

    #: CRITICAL, WARNING or RECENT.
    urgency: str
    #: slot, data, execution or file.
    kind: str
    #: The slot, dataset, execution or path.
    which: str
    what: str


def missing(
    date: Annotated[
        str | None,
        typer.Option(
            "--date", metavar="D", help="Of this game day (default: yesterday's, today's)."
        ),
    ] = None,
    data: Data = None,
    config: FolderConfig = None,
    project: Reads = None,
    *,
    json: AsJson = False,
) -> None:
    """List what was due and never came.

    Slots (planned runs) that nothing ran and nothing made up for, datasets that are not whole,
    RUNs without an execution, and files that never reached the warehouse. Nothing is listed
    that is not due yet, or was over before anything ran here for the first time.

    A file is CRITICAL after 240 minutes and WARNING after 120; data of games is CRITICAL a day
    after its own; slots and executions are as their workflow's priority.

    \b
    Examples:
      tipoff missing
      tipoff missing --date 2025-11-12 --json
      tipoff missing --project my-project
    \b
    Exit codes: 0 nothing is missing, 1 something is, 2 bad input or no data there,
    3 folder unusable, or a project that cannot be read.
    """
    settings = settings_in(data, config, project)
    given = day_of(date, "--date") if date else None
    from shared.records import newest_plan

    with read_from(settings, project) as world:
        found = list(lacking(world, given, project))
        planned = found or given is None or newest_plan(world.state, given) is not None
    found.sort(key=lambda each: URGENCIES.index(each.urgency))
    if json:
        print_json([asdict(each) for each in found])
    elif found:
        rows = [(each.urgency, each.kind, each.which, each.what) for each in found]
        print_table(("urgency", "kind", "which", "what"), rows)
    else:
        what = "nothing is missing" if planned else f"no plan of {given} is here: nothing was due"
        typer.echo(what)
    raise typer.Exit(1 if found else 0)


def lacking(world: World, given: dt.date | None, project: str | None) -> Iterator[Missing]:
    """Everything that is missing, of one game day or of yesterday and today."""
    from shared.core.days import day_of_instant
    from shared.core.report.day import report_of
    from shared.page.day import facts_of
    from shared.page.seen import look

    now = now_of(world, project)
    today = day_of_instant(now)
    days = [given] if given else [today - dt.timedelta(days=1), today]
    for day in days:
        seen = look(world, day, now)
        facts = facts_of(seen)
        report = report_of(facts)
        if day == days[-1]:
            yield from _files(seen)
        slots = _promised(report, seen)
        yield from _slots(slots, seen, facts)
        yield from _executions(report, facts)
        if report.revision:
            yield from _data(report, slots, facts)


def _promised(report: DayReport, seen: Seen) -> list[SlotLine]:
    """The slots in force, but for those that were over before Tipoff was first started here."""
    from shared.core.report.lines import Verdict

    began = seen.facts.began
    return [
        line
        for line in report.slots
        if line.verdict is not Verdict.WITHDRAWN and (began is None or line.closes_at > began)
    ]


def _slots(slots: Sequence[SlotLine], seen: Seen, facts: Facts) -> Iterator[Missing]:
    """Slots that no run, and nothing else, brought anything for."""
    from shared.core.report.lines import Verdict

    made_up = {fact.slot.slot_id for fact in seen.facts.slots if fact.made_up}
    for line in slots:
        lacks = line.verdict in (Verdict.MISSING, Verdict.ABORTED)
        if lacks and line.slot_id not in made_up and not _made_up_by_hand(line, facts):
            workflow = seen.config.workflows.get(line.workflow)
            urgent = workflow is not None and workflow.priority.value == "CRITICAL"
            yield Missing(
                urgency="CRITICAL" if urgent else "WARNING",
                kind="slot",
                which=line.slot_id,
                what=f"{line.verdict}: {line.reason or 'nothing explains it'}",
            )


def _made_up_by_hand(line: SlotLine, facts: Facts) -> bool:
    """Whether its workflow was triggered for the day since, and all of it ended well."""
    from shared.core.report.facts import at

    return any(
        row["workflow_name"] == line.workflow
        and row["status"] == "completed"
        and row["execution_id"].startswith("manual.")
        and at(row["execution_time"]) >= line.closes_at
        for row in facts.rows("workflow_executions")
    )


def _executions(report: DayReport, facts: Facts) -> Iterator[Missing]:
    """RUNs of which no execution has ended long after it had to."""
    from shared.core.report.facts import at

    ended = {row["decision_id"] for row in facts.rows("workflow_executions")}
    for row in facts.rows("workflow_decisions"):
        age = report.at - at(row["decision_time"])
        if (
            row["action"] == "RUN"
            and row["decision_id"] not in ended
            and age > dt.timedelta(hours=3)
        ):
            yield Missing(
                urgency="CRITICAL" if row["priority"] == "CRITICAL" else "WARNING",
                kind="execution",
                which=row["decision_id"],
                what="was decided, and no execution of it has ended",
            )


def _data(report: DayReport, slots: Sequence[SlotLine], facts: Facts) -> Iterator[Missing]:
    """What the day lacks, after the last slot that asks for it has closed.

    What none of `slots` asks for was promised by nobody.
    """
    over = report.at - facts.start >= dt.timedelta(hours=24) + GAP
    asked = _datasets(facts, {line.workflow for line in slots})
    hoped = _datasets(facts, {line.workflow for line in slots if line.closes_at > report.at})
    for line in report.datasets:
        if line.missing and line.dataset in asked - hoped:
            few = ", ".join(line.missing[:4])
            more = f" and {len(line.missing) - 4} more" if len(line.missing) > 4 else ""
            yield Missing(
                urgency="CRITICAL" if over and line.owed else "WARNING",
                kind="data",
                which=f"{report.date.isoformat()} {line.dataset}",
                what=f"{line.obtained} of {line.expected}; missing {few}{more}",
            )


def _datasets(facts: Facts, workflows: set[str]) -> set[str]:
    """What these workflows ask for."""
    return {
        facts.config.scrapers[name].dataset
        for workflow in facts.config.enabled
        if workflow.name in workflows
        for name in workflow.scrapers
    }


def _files(seen: Seen) -> Iterator[Missing]:
    """Files that the day's newest cleanup found without a load, and that have none since."""
    rows = seen.tables["file_processing_log"]
    loaded = {row["gcs_path"] for row in rows if row["status"] == "loaded"}
    for file in seen.facts.missing:
        if file.path in loaded:
            continue
        minutes = int(file.age.total_seconds() // 60)
        urgent = "WARNING" if minutes > WARNING_AFTER else "RECENT"
        yield Missing(
            urgency="CRITICAL" if minutes > CRITICAL_AFTER else urgent,
            kind="file",
            which=file.path,
            what=f"of {file.scraper}: written {minutes} minutes before, never loaded",
        )
