"""Data of the right shape that is not what was asked for, or not all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.scrapers.corpus.build import Case, edited, et, put, rewritten, whole
from tests.scrapers.harness import Reply, target_for

Change = Callable[[Any], Any]


def each(path: str, key: str, value: Any) -> Change:
    """A change: `key` of every object of the list at `path`."""

    def change(payload: Any) -> None:
        holder = payload
        for step in path.split(".") if path else ():
            holder = holder[int(step) if isinstance(holder, list) else step]
        for item in holder:
            item[key] = value

    return change


def column(name: str, value: Any) -> Change:
    """A change: a column of every row of the first result set."""

    def change(payload: Any) -> None:
        found = payload["resultSets"][0]
        at = found["headers"].index(name)
        for row in found["rowSet"]:
            row[at] = value

    return change


def lacking(path: str, number: int = 1) -> Change:
    """A change: the last items of the list are missing."""

    def change(payload: Any) -> None:
        holder = payload
        for step in path.split(".") if path else ():
            holder = holder[int(step) if isinstance(holder, list) else step]
        del holder[-number:]

    return change


#: kind, scraper, change: what somebody else asked for.
WRONG: tuple[tuple[str, str, Change], ...] = (
    ("wrong season", "nbac_schedule_api", put("leagueSchedule.seasonYear", "2024-25")),
    ("wrong season", "nbac_schedule_cdn", put("leagueSchedule.seasonYear", "2024-25")),
    ("wrong season", "nbac_schedule", put("leagueSchedule.seasonYear", "2024-25")),
    ("wrong season", "bdl_standings", each("data", "season", 2024)),
    ("wrong season", "nbac_roster", each("props.pageProps.team.roster", "SEASON", "2024")),
    ("wrong season", "nbac_player_list", put("parameters.Season", "2024-25")),
    ("wrong date", "bdl_box_scores", each("data", "date", "2025-11-11")),
    (
        "wrong date",
        "bdl_player_box_scores",
        lambda p: [line["game"].update(date="2025-11-11") for line in p["data"]].clear(),
    ),
    ("wrong date", "bp_events", each("events", "scheduled", "2025-11-20 00:00:00")),
    ("wrong date", "bdl_games", each("data", "date", "2025-11-30")),
    ("wrong date", "nbac_player_boxscore", column("GAME_DATE", "2025-11-11")),
    ("wrong date", "nbac_scoreboard_v2", column("GAME_DATE_EST", "2025-11-11T00:00:00")),
    ("wrong date", "nbac_referee_assignments", each("nba.Table.rows", "game_date", "11/11/2025")),
    ("wrong date", "espn_scoreboard", put("day.date", "2025-11-11")),
    ("wrong date", "oddsa_events_his", put("timestamp", "2025-10-02T17:55:38Z")),
    ("wrong date", "oddsa_events", each("", "commence_time", "2025-11-20T00:00:00Z")),
    ("wrong game", "nbac_play_by_play", put("game.gameId", "0022500999")),
    ("wrong game", "nbac_team_boxscore", put("boxScoreTraditional.gameId", "0022500999")),
    ("wrong game", "nbac_team_boxscore", put("boxScoreTraditional.homeTeam.teamTricode", "SAS")),
    (
        "wrong game",
        "espn_game_boxscore",
        put("page.content.gamepackage.gmStrp.gid", "400000001"),
    ),
    ("wrong event", "oddsa_player_props", put("id", "0" * 32)),
    ("wrong event", "oddsa_game_lines_his", put("data.id", "0" * 32)),
    ("wrong team", "espn_roster", put("team.abbreviation", "BOS")),
    ("wrong team", "nbac_roster", each("props.pageProps.team.roster", "TeamID", 1610612738)),
)

#: kind, scraper, change: records, but not all of them.
PARTIAL: tuple[tuple[str, str, Change], ...] = (
    ("a game missing", "bdl_box_scores", lacking("data")),
    ("a game missing", "bdl_games", lacking("data")),
    ("a game missing", "espn_scoreboard", lacking("events")),
    ("a game missing", "nbac_scoreboard_v2", lacking("resultSets.0.rowSet")),
    ("a team missing", "nbac_player_boxscore", lacking("resultSets.0.rowSet", 22)),
    ("nobody has won", "nbac_player_boxscore", column("WL", None)),
    ("no end", "nbac_play_by_play", lacking("game.actions", 3)),
    ("not final", "bdl_box_scores", put("data.0.status", "4th Qtr")),
    ("no players of a team", "bdl_box_scores", put("data.0.home_team.players", [])),
    ("half the minutes", "nbac_team_boxscore", put(
        "boxScoreTraditional.homeTeam.statistics.minutes", "120:00"
    )),
)  # fmt: skip


def cases() -> Iterator[Case]:
    for kind, scraper, change in WRONG:
        yield Case(
            kind=kind,
            scraper=scraper,
            answers=edited(scraper, change),
            label="failed",
            error="malformed",
        )
    for kind, scraper, change in PARTIAL:
        yield Case(kind=kind, scraper=scraper, answers=edited(scraper, change), label="success")
    yield from _files()
    yield from _guests()
    yield from _times()


def _files() -> Iterator[Case]:
    """Files and pages of another game, team or day."""

    def wrong(kind: str, scraper: str, old: bytes, new: bytes) -> Case:
        answers = rewritten(scraper, lambda body: body.replace(old, new))
        return Case(kind=kind, scraper=scraper, answers=answers, label="failed", error="malformed")

    # The file has no leading zeros.
    game = target_for("bigdataball_pbp", et("09:00", 1)).id.lstrip("0").encode()
    yield wrong("wrong game", "bigdataball_pbp", game, b"22500999")
    yield wrong("wrong season", "br_season_roster", b"ATL/2026.html", b"ATL/2025.html")
    yield wrong("wrong team", "br_season_roster", b"teams/ATL/", b"teams/BOS/")
    yield wrong("wrong game", "nbac_gamebook_pdf", b"CHARLOTTE HORNETS", b"SAN ANTONIO SPURS")
    yield wrong("wrong date", "nbac_injury_report", b"11/12/2025", b"11/09/2025")
    body = whole("bigdataball_pbp")[1].body
    shorter = b"\n".join(body.split(b"\n")[:40]) + b"\n"
    listed = edited("bigdataball_pbp", put("files.0.size", str(len(shorter))), n=0)[0]
    yield Case(
        kind="no end",
        scraper="bigdataball_pbp",
        answers=[listed, Reply(body=shorter)],
        label="success",
        why="a file that stops in the first quarter",
    )
    yield Case(
        kind="cut off",
        scraper="bigdataball_pbp",
        answers=rewritten("bigdataball_pbp", lambda body: body[: body.rindex(b"\n", 0, -1) + 1]),
        label="failed",
        error="malformed",
        why="after a whole line: only the size tells",
    )


def _guests() -> Iterator[Case]:
    """Opponents that are none of the 30 teams: preseason guests and teams yet unknown."""
    guest = {"teamId": 15020, "teamTricode": "FLA", "teamName": "Flamengo", "teamCity": "Rio"}
    unknown = {"teamId": 0, "teamTricode": "", "teamName": "TBD", "teamCity": ""}
    for scraper in ("nbac_schedule_api", "nbac_schedule_cdn", "nbac_schedule"):
        for kind, team in (("preseason guest", guest), ("team to be told", unknown)):
            change = put("leagueSchedule.gameDates.0.games.0.awayTeam", team)
            yield Case(
                kind=kind,
                scraper=scraper,
                answers=edited(scraper, change),
                label="success",
                complete=True,
            )
    for scraper, path in (
        ("espn_scoreboard", "events.0.competitions.0.competitors.0.team.abbreviation"),
        ("bdl_games", "data.0.home_team.abbreviation"),
        ("bp_events", "events.0.visitor"),
    ):
        yield Case(
            kind="preseason guest",
            scraper=scraper,
            answers=edited(scraper, put(path, "FLA")),
            label="success",
            # A game of the day is then not among them; events expect nothing.
            complete=scraper == "bp_events",
        )
    yield Case(
        kind="preseason guest",
        scraper="oddsa_events",
        answers=edited("oddsa_events", put("0.away_team", "Flamengo")),
        label="success",
        complete=True,
    )


def _times() -> Iterator[Case]:
    """Times that are still to be set."""
    for scraper in ("nbac_schedule_api", "nbac_schedule_cdn"):

        def change(payload: Any) -> None:
            game = payload["leagueSchedule"]["gameDates"][-1]["games"][0]
            game["gameStatusText"] = "TBD"
            game["gameTimeUTC"] = "1900-01-01T00:00:00Z"
            game["gameDateTimeUTC"] = game["gameDateUTC"]

        yield Case(
            kind="time to be set",
            scraper=scraper,
            answers=edited(scraper, change),
            label="success",
            complete=True,
        )
    yield Case(
        kind="time to be set",
        scraper="bdl_games",
        answers=edited("bdl_games", put("data.0.datetime", None)),
        label="success",
        complete=True,
    )
