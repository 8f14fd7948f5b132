"""A day's review on a terminal: readable without colour, and in a file without a terminal."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tipoff.facts import clock
from tipoff.summary import DatasetLine, Review, SlotLine, Verdict

#: Per verdict its glyph, the one for terminals that know ASCII alone, and its colour.
GLYPHS: Mapping[Verdict, tuple[str, str, str]] = {
    Verdict.ON_TIME: ("●", "*", "green"),
    Verdict.LATE: ("◐", "~", "yellow"),
    Verdict.SATISFIED: ("○", "=", "cyan"),
    Verdict.WITHDRAWN: ("◌", "-", "bright_black"),
    Verdict.ABORTED: ("✗", "x", "red"),
    Verdict.NOT_DUE: ("…", ".", "bright_black"),
    Verdict.MISSING: ("!", "!", "bold red"),
}

#: What to ask of the folder next.
QUERIES = (
    "SELECT expected_run_time, workflow_name, verdict FROM v_expected_vs_actual ORDER BY 1",
    "SELECT scraper_name, status, COUNT(*) AS runs FROM v_runs GROUP BY 1, 2 ORDER BY 1, 2",
)


def render(review: Review, console: Console, *, report: Path | None = None) -> None:
    """Print the whole review; `report` is where the picture of the day was written."""
    _plan(review, console)
    _title(console, "Timeline", "ET; +1 is the next date")
    console.print(_timeline(review, console))
    _title(console, "Troubles and how they ended", "")
    console.print(_healed(review, console))
    _title(console, "Completeness", "")
    console.print(_completeness(review, console))
    _title(console, "Requests and credits by source", "of this game day, retries and pages too")
    console.print(_sources(review))
    _title(console, "Counts", "of this game day; rows are the whole folder's")
    console.print(_counts(review))
    ending(review, console)
    if report is not None:
        _next(review, console, report)


def ending(review: Review, console: Console) -> None:
    """The last word: everything met, or what is not."""
    good, bad = ("✓", "✗") if _unicode(console) else ("ok", "x")
    console.print()
    if review.met:
        line = f"{good} Every obligation of {review.date.isoformat()} was met or explained."
        console.print(Text(line, style="bold green"))
        for lacking in review.datasets:
            if lacking.missing:
                has = f"{lacking.obtained} of {lacking.expected}"
                text = f"  explained {lacking.dataset}: {has}; missing {_missing(lacking)}"
                console.print(Text(text), soft_wrap=True)
        return
    number = len(review.unmet)
    what = "1 obligation is" if number == 1 else f"{number} obligations are"
    console.print(Text(f"{bad} {what} not met:", style="bold red"))
    for each in review.unmet:
        console.print(Text(f"  {each.rule:<9} {each.what}"), soft_wrap=True)


def _title(console: Console, title: str, note: str) -> None:
    console.print()
    console.print(Text.assemble((title, "bold"), (f"  {note}" if note else "", "dim")))


def _plan(review: Review, console: Console) -> None:
    luck = f"seed {review.seed}" + ("" if review.troubles else ", without troubles")
    console.print()
    console.print(
        Text.assemble((f"Game day {review.date:%A} {review.date.isoformat()}", "bold"), f"  {luck}")
    )
    console.print(
        Text(f"{review.plan}; {len(review.slots)} slots, plan revision {review.revision}")
    )
    for text in _games(review):
        console.print(Text(text))


def _games(review: Review) -> Iterator[str]:
    """The games, those of one tip on a line."""
    tips: dict[str, list[str]] = {}
    for game in review.games:
        tip = clock(game.tip, review.date) if game.tip_known else "TBD"
        note = "" if game.counts else f" ({game.status})"
        tips.setdefault(tip, []).append(game.name + note)
    for tip, names in tips.items():
        yield f"  {tip}  {'  '.join(names)}"


def _timeline(review: Review, console: Console) -> Table:
    table = _table()
    table.add_column("", no_wrap=True, min_width=1)
    table.add_column("expected", justify="right", no_wrap=True)
    table.add_column("workflow", no_wrap=True)
    table.add_column("decided", justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("tries", justify="right", no_wrap=True)
    table.add_column("runs", overflow="fold")
    for line in review.slots:
        glyph, ascii_glyph, style = GLYPHS[line.verdict]
        table.add_row(
            Text(glyph if _unicode(console) else ascii_glyph, style=style),
            clock(line.expected_run_time, review.date),
            line.workflow,
            clock(line.decided_at, review.date),
            Text(line.verdict.value, style=style),
            _number(line.attempts),
            Text(_runs(line, review), style="red" if line.failed else ""),
        )
    return table


def _runs(line: SlotLine, review: Review) -> str:
    """The slot's runs by result and how it ended, or why it had none."""
    if line.executed_at is None:
        # A reason names the execution that found it: its slot's time says as much.
        for other in review.slots:
            if other.slot_id in line.reason:
                return f"found at {clock(other.expected_run_time, review.date)}"
        return line.reason
    states = (("ok", line.success), ("no data", line.no_data), ("failed", line.failed))
    found = ", ".join(f"{number} {state}" for state, number in states if number) or "none"
    if line.status == "failed" and not (line.success or line.no_data):
        return found
    if line.status != "completed":
        return f"{found}; {line.status}"
    return f"{found}; done by try {line.attempts}" if line.failed else found


def _healed(review: Review, console: Console) -> Table | Text:
    if not review.healed:
        return Text("  none")
    good, bad = ("✓", "✗") if _unicode(console) else ("ok", "x")
    table = _table()
    table.add_column("", no_wrap=True, min_width=1)
    table.add_column("began", justify="right", no_wrap=True)
    table.add_column("trouble", no_wrap=True)
    table.add_column("what", overflow="fold")
    table.add_column("healed by", overflow="fold")
    table.add_column("min", justify="right", no_wrap=True)
    for each in review.healed:
        table.add_row(
            Text(good if each.healed else bad, style="green" if each.healed else "red"),
            clock(each.began_at, review.date),
            each.kind,
            each.what,
            each.how,
            _minutes(each.minutes),
        )
    return table


def _completeness(review: Review, console: Console) -> Table:
    good, bad = ("✓", "✗") if _unicode(console) else ("ok", "x")
    table = _table()
    table.add_column("", no_wrap=True, min_width=1)
    table.add_column("dataset", no_wrap=True)
    table.add_column("by", no_wrap=True)
    for name in ("expected", "obtained", "waived", "missing"):
        table.add_column(name, justify="right")
    table.add_column("", overflow="fold")
    for line in review.datasets:
        style = "red" if line.missing and line.owed else "yellow" if line.missing else "green"
        table.add_row(
            Text(bad if line.missing else good, style=style),
            line.dataset,
            line.unit,
            str(line.expected),
            str(line.obtained),
            _number(line.waived),
            _number(len(line.missing)),
            _missing(line),
        )
    return table


def _missing(line: DatasetLine) -> str:
    few = ", ".join(line.missing[:4])
    few += f" and {len(line.missing) - 4} more" if len(line.missing) > 4 else ""
    later = f"{len(line.not_due)} not due yet" if line.not_due else ""
    return "; ".join(part for part in (few, later) if part)


def _sources(review: Review) -> Table:
    table = _table()
    table.add_column("source", no_wrap=True)
    for name in ("runs", "requests", "retries", "credits", "credits left"):
        table.add_column(name, justify="right")
    numbers = [
        (line.runs, line.requests, line.retries, line.credits_spent, line.credits_left)
        for line in review.sources
    ]
    for line, found in zip(review.sources, numbers, strict=True):
        table.add_row(line.source, *("-" if each is None else str(each) for each in found))
    total = (sum(found[n] or 0 for found in numbers) for n in range(4))
    table.add_row("all", *map(str, total), "", style="bold")
    return table


def _counts(review: Review) -> Table:
    table = _table(header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, states in review.counts.items():
        total = sum(states.values())
        parts = ", ".join(f"{state} {number}" for state, number in states.items())
        whole = f"{total}: " if name in ("slots", "decisions", "executions", "runs") else ""
        table.add_row(name.replace("_", " "), whole + parts)
    for dataset in ("nba_orchestration", "nba_raw"):
        rows = {
            name.partition(".")[2]: number
            for name, number in review.row_counts.items()
            if name.startswith(dataset + ".")
        }
        table.add_row(f"rows {dataset}", ", ".join(f"{t} {n}" for t, n in rows.items()))
    return table


def _next(review: Review, console: Console, report: Path) -> None:
    """Where the picture is, and what to ask next; long lines stay whole to be copied."""
    where = f"--data {shlex.quote(review.data)}"
    name = called()
    lines = (
        f"A picture of the day: {report}",
        "Next:",
        *(f'  {name} sql "{query}" {where}' for query in QUERIES),
        f"  {name} status {where}",
    )
    console.print()
    for line in lines:
        console.print(Text(line), soft_wrap=True)


def called() -> str:
    """How this program is called here, so that what is printed can be copied."""
    if shutil.which("tipoff"):
        return "tipoff"
    program = Path(sys.argv[0])
    if program.name != "tipoff":
        return "python -m tipoff"
    here = Path.cwd()
    return str(program.relative_to(here) if program.is_relative_to(here) else program)


def _table(*, header: bool = True) -> Table:
    return Table(box=None, show_header=header, header_style="dim", padding=(0, 2, 0, 0))


def _minutes(value: int | None) -> str:
    return "" if value is None else str(value) if value else "<1"


def _number(value: int) -> str:
    return str(value) if value else "-"


def _unicode(console: Console) -> bool:
    return console.encoding.lower().startswith("utf")
