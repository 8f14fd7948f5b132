"""BigDataBall's CSV of a game: every action, with the ten players on the floor."""

from __future__ import annotations

import csv
import io

from sim.sources.boxes import STARTERS
from sim.sources.plays import Play
from sim.sources.world import SourceWorld

_COLUMNS = (
    "game_id data_set date a1 a2 a3 a4 a5 h1 h2 h3 h4 h5 period away_score home_score "
    "remaining_time elapsed play_length play_id team event_type assist away home block entered "
    "left num opponent outof player points possession reason result steal type shot_distance "
    "original_x original_y converted_x converted_y description"
)
COLUMNS = _COLUMNS.split()
_EVENTS = {"3pt": ("shot", 3), "2pt": ("shot", 2), "freethrow": ("free throw", 1)}


def play_by_play(world: SourceWorld, game_id: str) -> str:
    """The file of a game that was played."""
    game, box = world.seasons.last.game(game_id), world.box(game_id)
    if game is None or box is None:
        return ""
    floor = {
        f"{letter}{n}": player.name
        for letter, team in (("a", box.away), ("h", box.home))
        for n, (player, _) in enumerate(team.players[:STARTERS], start=1)
    }
    facts = {
        # As a spreadsheet leaves it.
        "game_id": game_id.lstrip("0"),
        "data_set": f"{game.season} {game.type.value.title()} Season",
        "date": game.day.isoformat(),
        **floor,
    }
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    plays = [play for play in world.plays(game_id) if play.kind != "game"]
    for number, play in enumerate(plays, start=1):
        writer.writerow({**facts, **_action(play, number)})
    return text.getvalue()


def _action(play: Play, number: int) -> dict[str, object]:
    gone = 720 - play.left
    found: dict[str, object] = {
        "period": play.period,
        "away_score": play.away,
        "home_score": play.home,
        "remaining_time": _clock(play.left),
        "elapsed": _clock(gone),
        "play_length": "0:00:00",
        "play_id": number,
    }
    if play.player is None or play.team is None:
        event = f"{play.sub} of period"
        return {**found, "event_type": event, "type": event}
    event, points = _EVENTS[play.kind]
    return {
        **found,
        "team": play.team.tricode,
        "event_type": event,
        "player": play.player.name,
        "points": points,
        "result": "made",
        "type": play.kind,
        "description": f"{play.player.last} {play.kind}",
    }


def _clock(seconds: int) -> str:
    return f"0:{seconds // 60:02d}:{seconds % 60:02d}"
