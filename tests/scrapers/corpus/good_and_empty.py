"""What every scraper of the registry gets on a good day, and what its source says of nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from scrapers.registry import WHERE
from sim.sources.pdf import Text, pdf
from tests.scrapers.corpus.build import Case, edited, et, js, put, text, whole
from tests.scrapers.harness import Reply, good

#: Scrapers whose empty list is the source's word for "nothing", and where that list is.
EMPTY_LISTS = {
    "bdl_box_scores": "data",
    "bdl_games": "data",
    "bdl_player_box_scores": "data",
    "bdl_injuries": "data",
    "bdl_standings": "data",
    "bdl_active_players": "data",
    "bp_events": "events",
    "espn_scoreboard": "events",
    "espn_roster": "team.athletes",
    "nbac_play_by_play": "game.actions",
    "nbac_player_boxscore": "resultSets.0.rowSet",
    "nbac_player_list": "resultSets.0.rowSet",
    "nbac_player_movement": "NBA_Player_Movement.rows",
    "nbac_referee_assignments": "nba.Table.rows",
    "nbac_roster": "props.pageProps.team.roster",
    "nbac_scoreboard_v2": "resultSets.0.rowSet",
    "nbac_schedule": "leagueSchedule.gameDates",
    "nbac_schedule_api": "leagueSchedule.gameDates",
    "nbac_schedule_cdn": "leagueSchedule.gameDates",
    "oddsa_events_his": "data",
    "oddsa_game_lines": "bookmakers",
    "oddsa_player_props": "bookmakers",
    "oddsa_game_lines_his": "data.bookmakers",
    "oddsa_player_props_his": "data.bookmakers",
}


def nothing(path: str) -> Any:
    """A change: the list at the path is empty, and no page follows."""

    def change(payload: Any) -> None:
        put(path, [])(payload)
        if isinstance(payload, dict) and "meta" in payload:
            payload["meta"] = {"per_page": 100}

    return change


def twice(path: str) -> Any:
    """A change: every item of the list at the path comes twice."""

    def change(payload: Any) -> None:
        holder = payload
        for step in path.split("."):
            holder = holder[int(step) if isinstance(holder, list) else step]
        holder.extend(list(holder))

    return change


def cases() -> Iterator[Case]:
    for scraper in sorted(WHERE):
        known = good(scraper)
        if known is not None:
            yield Case(
                kind="whole",
                scraper=scraper,
                answers=whole(scraper),
                label="success",
                complete=True,
                records=known.records,
            )
    for scraper, path in EMPTY_LISTS.items():
        yield Case(
            kind="empty",
            scraper=scraper,
            answers=edited(scraper, nothing(path), n=0),
            label="no_data",
        )
        whole_once = good(scraper)
        yield Case(
            kind="every row twice",
            scraper=scraper,
            answers=edited(scraper, twice(path)),
            label="success",
            complete=True,
            records=whole_once.records if whole_once else None,
        )
    yield from _other_ways()


def _other_ways() -> Iterator[Case]:
    """Nothing, said in another way than by an empty list."""

    def empty(scraper: str, why: str, *answers: Reply, **more: Any) -> Case:
        return Case(
            kind="empty", scraper=scraper, answers=answers, label="no_data", why=why, **more
        )

    yield empty("oddsa_events", "an empty list at the top", js([]))
    yield empty("bdl_games", "with a greeting", js({"message": "OK", "data": []}))
    yield empty("oddsa_game_lines", "no content", text("", 204))
    yield empty("oddsa_player_props", "no content", text("", 204))
    yield empty("oddsa_player_props", "an empty object", js({}))
    yield empty("oddsa_player_props", "the event is over", js({"message": "Event not found"}, 404))
    yield empty("oddsa_player_props_his", "a snapshot without data", *_past({}))
    yield empty("oddsa_events_his", "no content", text("", 204))
    yield empty("bigdataball_pbp", "no file yet", js({"files": []}))
    yield empty("bigdataball_discovery", "no file yet", js({"files": []}))
    yield empty("bp_player_props", "no event that day", js({"events": []}))
    yield empty("nbac_play_by_play", "not there before the tip", text("<Error/>", 403))
    yield empty("nbac_play_by_play", "not there", text("Not Found", 404))
    yield empty("nbac_gamebook_pdf", "neither book is out", text("Not Found", 404))
    denied = text("<Error><Code>AccessDenied</Code></Error>", 403, "application/xml")
    for hour in ("09:00", "13:00", "18:00", "22:30"):
        yield empty("nbac_injury_report", f"403 all day, {hour}", denied, now=et(hour))
    header = (
        "Game Date",
        "Game Time",
        "Matchup",
        "Team",
        "Player Name",
        "Current Status",
        "Reason",
    )
    line = [Text(30 + 100 * n, 500, word) for n, word in enumerate(header)]
    title = Text(30, 560, "Injury Report: 11/12/25 05:30 PM")
    yield empty(
        "nbac_injury_report", "a report without players", text(pdf([[title, *line]]), kind="x/pdf")
    )
    page = whole("br_season_roster")[0].body.replace(b'id="roster"', b'id="salaries"')
    yield empty("br_season_roster", "the team's page without its roster", text(page))
    rows = whole("bigdataball_pbp")
    header_only = rows[1].body.split(b"\n")[0] + b"\n"
    listed = edited("bigdataball_pbp", put("files.0.size", str(len(header_only))), n=0)[0]
    yield empty("bigdataball_pbp", "a header alone", listed, text(header_only, kind="text/csv"))
    yield from _too_early()


def _past(data: Any) -> tuple[Reply]:
    told = js({"timestamp": "2025-11-12T17:55:38Z", "data": data})
    return (told,)


def _too_early() -> Iterator[Case]:
    """Before the tips every source of games says so in its own way; the simulated ones too."""
    noon = et("13:00")
    for scraper, why in (
        ("nbac_team_boxscore", "a box without players"),
        ("nbac_player_boxscore", "no rows"),
        ("bdl_box_scores", "games with period 0 and no players"),
        ("bdl_player_box_scores", "no lines"),
        ("nbac_play_by_play", "403"),
        ("nbac_gamebook_pdf", "404"),
        ("espn_game_boxscore", "a page that says pre"),
        ("bigdataball_pbp", "no file"),
    ):
        yield Case(
            kind="before the tip", scraper=scraper, answers=None, label="no_data", why=why, now=noon
        )
    later = et("21:15")
    for scraper in ("nbac_play_by_play", "bdl_box_scores", "bdl_player_box_scores"):
        yield Case(kind="half played", scraper=scraper, answers=None, label="success", now=later)
    for scraper in ("bdl_games", "espn_scoreboard", "nbac_scoreboard_v2"):
        yield Case(
            kind="half played",
            scraper=scraper,
            answers=None,
            label="success",
            # Nothing is over: nothing is missing either, and nothing is covered.
            complete=False,
            now=noon + timedelta(hours=7),
        )
