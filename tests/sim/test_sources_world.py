"""The facts of the simulated world: when, who, how many points."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from shared.core.calendar import Calendar
from shared.core.days import wall
from shared.core.errors import BadInput
from shared.core.games import Game, GameStatus, GameType
from shared.core.teams import TEAMS
from sim.sources.boxes import total
from sim.sources.chance import Chance, share
from sim.sources.season import Change
from sim.sources.timing import Dataset
from sim.sources.world import SourceWorld

DAY = date(2025, 11, 12)
PAIRS = [("MIL", "CHA"), ("CHI", "DET"), ("ORL", "NYK"), ("GSW", "SAS"), ("DEN", "LAC")]


def games(*, days: int = 1) -> list[Game]:
    """Five games a day at 19:00, 19:30, ... ET."""
    codes = sorted(TEAMS)
    found = []
    for d in range(days):
        for n, (away, home) in enumerate(PAIRS):
            shift = 7 * d
            found.append(
                Game(
                    game_id=f"00225{d:02d}{n:03d}",
                    tip=wall(DAY + timedelta(days=d), time(19)) + timedelta(minutes=30 * n),
                    away=codes[(codes.index(away) + shift) % 30],
                    home=codes[(codes.index(home) + shift) % 30],
                    type=GameType.REGULAR,
                )
            )
    return found


def a_world(*changes: Change, seed: int = 1, days: int = 1) -> SourceWorld:
    return SourceWorld(Calendar.of(games(days=days)), seed=seed, changes=changes)


def minutes(later: datetime, earlier: datetime) -> float:
    return (later - earlier).total_seconds() / 60


@pytest.mark.parametrize(
    ("dataset", "least", "most"),
    [
        (Dataset.TEAM_BOX, 5, 15),
        (Dataset.GAME_LOG, 5, 15),
        (Dataset.BDL_BOX, 5, 40),
        (Dataset.PLAY_BY_PLAY, 20, 60),
    ],
)
def test_a_dataset_is_whole_some_minutes_after_the_end(
    dataset: Dataset, least: int, most: int
) -> None:
    world = a_world(days=40)
    waits = []
    for game in world.seasons.last.games:
        times, at = world.times(game.game_id), world.published(game.game_id, dataset)
        assert times
        assert at
        waits.append(minutes(at, times.end))
        assert not world.is_out(game.game_id, dataset, at - timedelta(seconds=1))
        assert world.is_out(game.game_id, dataset, at)
    assert least <= min(waits)
    assert max(waits) <= most


def test_games_end_125_to_175_minutes_after_their_tip_or_190_with_overtime() -> None:
    world = a_world(days=60)
    overtimes = 0
    for game in world.seasons.last.games:
        times = world.times(game.game_id)
        assert times
        assert 5 <= minutes(times.start, game.tip) <= 20
        assert 125 <= minutes(times.end, game.tip) <= (190 if times.overtime else 175)
        overtimes += times.overtime
    # 300 games, one in thirty: about 10.
    assert 2 <= overtimes <= 22


def test_referees_are_named_between_nine_and_twenty_to_ten() -> None:
    world = a_world()
    for n in range(60):
        day = DAY + timedelta(days=n)
        assert wall(day, time(9)) <= world.referees_published(day) <= wall(day, time(9, 40))


@pytest.mark.parametrize(
    ("day", "at", "least", "most"),
    [
        # The 11:00 poll finds none; the 13:00 poll finds the one of 12 o'clock.
        (DAY, time(11), time(11, 5), time(11, 20)),
        (DAY, time(12), time(12, 5), time(12, 20)),
        (DAY, time(23), time(23, 5), time(23, 20)),
        (date(2025, 12, 23), time(11), time(11, 5), time(11, 20)),
        (date(2025, 12, 23), time(12, 45), time(12, 47), time(12, 54)),
    ],
)
def test_an_injury_report_appears_minutes_after_its_time(
    day: date, at: time, least: time, most: time
) -> None:
    for seed in range(20):
        appears = a_world(seed=seed).report_published(day, at)
        assert appears
        assert wall(day, least) <= appears <= wall(day, most)


@pytest.mark.parametrize(
    ("day", "at"),
    [(DAY, time(10)), (DAY, time(12, 30)), (date(2025, 12, 23), time(12, 20))],
)
def test_there_is_no_injury_report_of_a_time_that_has_none(day: date, at: time) -> None:
    assert a_world().report_published(day, at) is None


def test_the_lines_of_a_box_add_up_to_the_score_and_to_the_minutes() -> None:
    world = a_world(days=20)
    for game in world.seasons.last.games:
        box, score, times = (
            world.box(game.game_id), world.score(game.game_id), world.times(game.game_id),
        )  # fmt: skip
        assert box
        assert score
        assert times
        assert score.away != score.home
        for team, points in ((box.away, score.away), (box.home, score.home)):
            whole = total(team.lines)
            assert 10 <= len(team.players) <= 13
            assert whole.pts == points == team.points
            # 240 minutes, and 25 more of an overtime.
            assert whole.seconds == (265 if times.overtime else 240) * 60
            for line in team.lines:
                assert line.pts == 2 * line.fgm + line.fg3m + line.ftm
                assert line.fg3m <= line.fgm <= line.fga
                assert line.fg3m <= line.fg3a <= line.fga
                assert line.ftm <= line.fta


def test_the_actions_of_a_game_tell_its_box() -> None:
    world = a_world()
    for game in world.seasons.last.games:
        plays, score = world.plays(game.game_id), world.score(game.game_id)
        assert (plays[0].kind, plays[0].sub) == ("period", "start")
        assert (plays[-1].kind, plays[-1].sub) == ("game", "end")
        assert (plays[-1].away, plays[-1].home) == score
        assert [p.place for p in plays] == sorted(p.place for p in plays)


def test_who_is_out_does_not_play() -> None:
    world = a_world(days=10)
    for game in world.seasons.last.games:
        box = world.box(game.game_id)
        assert box
        for team in box:
            played = {player.id for player, _ in team.players}
            out = {
                case.player.id
                for case in world.injuries(team.team.tricode, game.day)
                if case.last == "Out"
            }
            assert not played & out


def test_no_two_players_of_the_league_share_an_id_or_a_name() -> None:
    world = a_world()
    players = [player for code in TEAMS for player in world.roster(code)]
    assert len(players) == 450
    assert len({player.id for player in players}) == 450
    assert len({player.name for player in players}) == 450


def test_the_same_seed_gives_the_same_facts_in_any_order_and_another_gives_others() -> None:
    ids = [game.game_id for game in games(days=3)]
    one, two, other = a_world(days=3), a_world(days=3), a_world(seed=2, days=3)
    there = {each: (one.box(each), one.times(each), one.event_id(each)) for each in ids}
    back = {each: (two.box(each), two.times(each), two.event_id(each)) for each in ids[::-1]}
    assert there == back
    assert all(one.box(each) != other.box(each) for each in ids)


def test_a_moved_game_is_known_at_its_old_tip_until_the_change_and_ends_later() -> None:
    first = games()[0]
    announced, new = wall(DAY, time(14)), wall(DAY, time(22))
    world, unmoved = a_world((announced, first.game_id, new)), a_world()
    before = world.calendar(announced - timedelta(seconds=1)).game(first.game_id)
    after = world.calendar(announced).game(first.game_id)
    assert before
    assert after
    assert (before.tip, after.tip) == (first.tip, new)
    then, now = unmoved.times(first.game_id), world.times(first.game_id)
    assert then
    assert now
    # From 19:00 to 22:00.
    assert now.end - then.end == timedelta(hours=3)
    assert world.status(first.game_id, then.end) is GameStatus.SCHEDULED


def test_a_postponed_game_is_never_played_even_before_it_is_called_off() -> None:
    first = games()[0]
    # Called off at the arena, half an hour after its tip.
    announced = first.tip + timedelta(minutes=30)
    world = a_world((announced, first.game_id, "postponed"))
    assert world.status(first.game_id, announced - timedelta(seconds=1)) is GameStatus.SCHEDULED
    assert world.status(first.game_id, announced) is GameStatus.POSTPONED
    assert world.times(first.game_id) is None
    assert world.box(first.game_id) is None
    assert first.game_id not in {game.game_id for game in world.on(DAY, announced)}


def test_a_postponed_game_can_be_put_on_another_day_later() -> None:
    first = games()[0]
    off, on = wall(DAY, time(12)), wall(DAY + timedelta(days=2), time(12))
    new = wall(DAY + timedelta(days=9), time(19))
    world = a_world((on, first.game_id, new), (off, first.game_id, "postponed"))
    assert world.status(first.game_id, off) is GameStatus.POSTPONED
    assert [game.game_id for game in world.on(DAY + timedelta(days=9), on)] == [first.game_id]
    assert world.status(first.game_id, new + timedelta(hours=4)) is GameStatus.FINAL


@pytest.mark.parametrize("what", ["cancelled", 7])
def test_a_change_that_is_none_is_refused(what: object) -> None:
    with pytest.raises(BadInput, match="a new tip or postponed"):
        a_world((wall(DAY, time(12)), games()[0].game_id, what))  # type: ignore[arg-type]


def test_a_change_of_an_unknown_game_is_refused() -> None:
    with pytest.raises(BadInput, match="0029999999"):
        a_world((wall(DAY, time(12)), "0029999999", "postponed"))


def test_a_game_without_time_or_teams_is_never_played() -> None:
    unset = Game(
        game_id="0022500900", tip=wall(DAY, time()), tip_known=False, away="MIL", home="CHA",
        type=GameType.REGULAR,
    )  # fmt: skip
    blank = Game(
        game_id="0032500001", tip=wall(DAY, time(20)), away="", home="", type=GameType.ALL_STAR
    )
    world = SourceWorld(Calendar.of([unset, blank]), seed=1)
    assert world.times("0022500900") is None
    assert world.times("0032500001") is None


def test_records_count_each_game_once_it_is_over() -> None:
    world = a_world(days=5)
    last = max(times.end for g in games(days=5) if (times := world.times(g.game_id)))
    start = datetime(2025, 11, 1, tzinfo=UTC)
    assert sum(sum(world.record(code, "2025-26", start)) for code in TEAMS) == 0
    # 25 games, two teams each.
    assert sum(sum(world.record(code, "2025-26", last)) for code in TEAMS) == 50


def test_shares_add_up_whatever_the_weights() -> None:
    chance = Chance(3)
    for n in range(1, 40):
        weights = [chance.between(0.1, 5, n, k) for k in range(n)]
        whole = chance.whole(0, 300, n)
        assert sum(share(whole, weights)) == whole
