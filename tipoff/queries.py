"""The queries that ship in monitoring/queries: their names, what they tell, their parameters.

What many begin with is in parts.j2; what a query is, is the text that comes of both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.core.errors import BadInput

FOLDER = Path(__file__).resolve().parents[1] / "monitoring" / "queries"
#: Every parameter a query may have, and what it means.
PARAMETERS: Mapping[str, str] = {
    "game_date": "a game day",
    "days": "how many game days up to it",
    "now": "the instant at which it is asked",
}
DAYS = 7
_PARAMETER = re.compile(r"@(\w+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedQuery:
    """One file of monitoring/queries."""

    #: success_by_scraper, or alerts/no_decisions.
    name: str
    title: str
    about: str
    #: The whole text, comments included: BigQuery's SQL with @parameters.
    sql: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that it has, in order."""
        code = "\n".join(line for line in self.sql.splitlines() if not line.startswith("--"))
        return tuple(name for name in PARAMETERS if name in _PARAMETER.findall(code))

    def values(self, game_date: date, days: int, now: datetime) -> dict[str, date | datetime | int]:
        """A value for each of its parameters."""
        given: Mapping[str, date | datetime | int] = {
            "game_date": game_date,
            "days": days,
            "now": now,
        }
        return {name: given[name] for name in self.parameters}

    def inlined(self, game_date: date, days: int, now: datetime) -> str:
        """The SQL with literals in place of parameters."""
        return self.replaced(
            {
                "game_date": f"DATE '{game_date.isoformat()}'",
                "days": str(days),
                "now": f"TIMESTAMP '{now.isoformat()}'",
            }
        )

    def replaced(self, expressions: Mapping[str, str]) -> str:
        """The SQL without its comments, with other expressions in place of parameters."""
        code = [line for line in self.sql.splitlines() if not line.startswith("--")]
        return _PARAMETER.sub(lambda found: expressions[found[1]], "\n".join(code))


def named_queries(folder: Path = FOLDER) -> Mapping[str, NamedQuery]:
    """Every query by name, sorted; those of alerts last."""
    # Made of SQL alone: nothing is escaped. A block's own line leaves none behind.
    templates = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 no HTML
        trim_blocks=True,
        lstrip_blocks=True,
    )
    files = [*sorted(folder.glob("*.sql")), *sorted(folder.glob("alerts/*.sql"))]
    found = [_read(templates, path.relative_to(folder)) for path in files]
    return {query.name: query for query in found}


def named_query(name: str) -> NamedQuery:
    """The query of that name; BadInput tells all there are."""
    known = named_queries()
    if name not in known:
        raise BadInput("NAME", name, ", ".join(known))
    return known[name]


def _read(templates: Environment, path: Path) -> NamedQuery:
    sql = templates.get_template(path.as_posix()).render() + "\n"
    said = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        said.append(line.removeprefix("--").strip())
    return NamedQuery(
        name=path.with_suffix("").as_posix(),
        title=said[0] if said else path.stem,
        about=" ".join(said[1:]),
        sql=sql,
    )
