"""BigDataBall on hand-written answers of Google Drive: lists in pages, and CSV files."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from scrapers.base import Ask
from shared.core.targets import TargetKind
from shared.errors import SourceFailure
from tests.scrapers.world import DAY, KEY, PAGE, Site, Source, ask, cut_off, fetch, ok

GAME, OTHER = "0022500201", "0022500202"
NAME = f"[2025-11-12]-{GAME}-ORL@NYK.csv"
HEADER = "game_id,date,period,away_score,home_score,play_id,event_type,player"
#: A game of four periods that ends 100:98.
ROWS = (
    "22500201,2025-11-12,1,0,0,1,start of period,",
    '22500201,2025-11-12,1,2,0,2,shot,"Rowan, Nico"',
    "22500201,2025-11-12,4,100,98,3,shot,Otis Teak",
    "22500201,2025-11-12,4,100,98,4,end of period,",
)


def text(*rows: str, header: str = HEADER) -> bytes:
    return "".join(f"{line}\n" for line in (header, *rows)).encode()


def file(name: str = NAME, **more: Any) -> dict[str, Any]:
    return {"id": "f1", "name": name, "modifiedTime": "2025-11-13T09:00:00Z", **more}


def listed(*files: dict[str, Any], token: str | None = None, **more: Any) -> httpx.Response:
    page = {"nextPageToken": token} if token else {}
    return ok({"files": list(files), "incompleteSearch": False, **page, **more})


def csv(body: bytes) -> httpx.Response:
    return httpx.Response(200, content=body)


def pbp_ask(game: str = GAME, **more: Any) -> Ask:
    return ask("bigdataball_pbp", kind=TargetKind.GAME, id_=game, **more)


def listing_ask(**more: Any) -> Ask:
    return ask("bigdataball_discovery", **more)


class TestPlayByPlay:
    def test_the_games_file_is_looked_for_and_its_rows_are_records(self) -> None:
        body = text(*ROWS)
        site = Site(listed(file(size=str(len(body)))), csv(body))
        fetched = fetch(pbp_ask(), site)
        assert (len(fetched.records), fetched.covers) == (4, (GAME,))
        assert fetched.attachments == {"csv": body}
        assert [request.url.path for request in site.asked] == [
            "/drive/v3/files",
            "/drive/v3/files/f1",
        ]
        assert site.query(0)["q"] == (
            f"name contains '{GAME}' and not name contains 'combined-stats' and trashed = false"
        )
        assert site.query(1)["alt"] == "media"

    def test_a_cell_is_text_or_nothing_and_the_id_gets_its_zeros_back(self) -> None:
        first, second, *_ = fetch(pbp_ask(), Site(listed(file()), csv(text(*ROWS)))).records
        assert first["game_id"] == GAME
        assert first["player"] is None
        assert second["player"] == "Rowan, Nico"
        assert second["away_score"] == "2"

    @pytest.mark.parametrize(
        "files",
        [
            (),
            # Neither another game's nor a file of many games nor another kind of file.
            (file(f"[2025-11-12]-{OTHER}-DEN@LAC.csv"),),
            (file(f"notes on {GAME}.txt"),),
            (file(f"1{GAME}.csv"),),
        ],
    )
    def test_a_file_that_is_not_there_yet_is_no_data(self, files: tuple[dict[str, Any]]) -> None:
        site = Site(listed(*files))
        fetched = fetch(pbp_ask(), site)
        assert (list(fetched.records), tuple(fetched.covers)) == ([], ())
        assert len(site.asked) == 1

    def test_a_file_with_a_header_alone_is_no_data(self) -> None:
        fetched = fetch(pbp_ask(), Site(listed(file()), csv(text())))
        assert (list(fetched.records), tuple(fetched.covers)) == ([], ())

    def test_of_two_versions_the_newer_one_is_read(self) -> None:
        old = file(id="old", modifiedTime="2025-11-13T08:00:00Z")
        site = Site(listed(file(id="new"), old), csv(text(*ROWS)))
        assert fetch(pbp_ask(), site).stats["files"] == 2
        assert site.asked[1].url.path == "/drive/v3/files/new"

    def test_a_row_that_comes_twice_is_one_record(self) -> None:
        fetched = fetch(pbp_ask(), Site(listed(file()), csv(text(*ROWS, ROWS[1]))))
        assert len(fetched.records) == 4
        assert fetched.stats["repeated_rows"] == 1

    @pytest.mark.parametrize(
        "rows",
        [
            # The third period's end is not the game's.
            ("22500201,2025-11-12,3,80,70,9,end of period,",),
            # The fourth goes on.
            ROWS[:3],
            # A tie goes into overtime,
            (*ROWS[:2], "22500201,2025-11-12,4,98,98,4,end of period,"),
            # which has an end of its own.
            (*ROWS, "22500201,2025-11-12,5,100,100,5,start of period,"),
        ],
    )
    def test_a_game_is_not_covered_before_its_end(self, rows: tuple[str, ...]) -> None:
        fetched = fetch(pbp_ask(), Site(listed(file()), csv(text(*rows))))
        assert fetched.records
        assert fetched.covers == ()

    @pytest.mark.parametrize(
        ("answers", "error_type"),
        [
            ((httpx.Response(401),), "blocked"),
            ((httpx.Response(403, content=b'{"error":{"code":403}}'),), "blocked"),
            ((httpx.Response(404),), "http_4xx"),
            ((httpx.Response(429),), "rate_limited"),
            ((httpx.Response(503),), "http_5xx"),
            ((PAGE,), "error_page"),
            ((ok({"files": None}),), "malformed"),
            ((ok({"kind": "drive#fileList"}),), "malformed"),
            ((ok({"files": [{"name": NAME}]}),), "malformed"),
            ((listed(file(), incompleteSearch=True),), "malformed"),
            ((cut_off({"files": [file()]}),), "malformed"),
            ((listed(file()), httpx.Response(404)), "http_4xx"),
            ((listed(file()), PAGE), "error_page"),
            ((listed(file()), ok({"error": {"code": 500}})), "error_page"),
            ((listed(file()), csv(b"")), "malformed"),
            # Cut off in a row, in a quoted cell, and by the size that the list names.
            ((listed(file()), csv(text(*ROWS)[:-20])), "malformed"),
            ((listed(file()), csv(text(*ROWS[:2])[:-7])), "malformed"),
            ((listed(file(size="9999")), csv(text(*ROWS))), "malformed"),
            ((listed(file()), csv(text("22500201,2025-11-12,1\n"))), "malformed"),
            ((listed(file()), csv(text(*ROWS, header="game_id,period"))), "malformed"),
            ((listed(file()), csv(text(*ROWS, header=HEADER + ",date"))), "malformed"),
            ((listed(file()), csv(text(*ROWS).replace(b"22500201", b"22500202"))), "malformed"),
            ((listed(file()), csv(b"\xff\xfe" + text(*ROWS))), "malformed"),
        ],
    )
    def test_what_is_no_useful_answer_fails(
        self, answers: tuple[httpx.Response, ...], error_type: str
    ) -> None:
        with pytest.raises(SourceFailure) as caught:
            fetch(pbp_ask(), Site(*answers))
        assert caught.value.error_type == error_type

    @pytest.mark.parametrize(
        "asked", [ask("bigdataball_pbp", params={}), pbp_ask("401585"), pbp_ask("0032500001x")]
    )
    def test_a_game_that_is_missing_or_none_is_said_before_anything_is_asked(
        self, asked: Ask
    ) -> None:
        site = Site(listed())
        with pytest.raises(SourceFailure) as caught:
            fetch(asked, site)
        assert (caught.value.error_type, site.asked) == ("missing_parameter", [])


class TestListing:
    def test_every_page_is_read_and_a_file_on_two_pages_counts_once(self) -> None:
        second = file(f"[2025-11-12]-{OTHER}-DEN@LAC.csv", id="f2")
        site = Site(listed(file(), token="t2"), listed(file(), second))
        fetched = fetch(listing_ask(), site)
        assert [r["game_id"] for r in fetched.records] == [GAME, OTHER]
        assert fetched.covers == (GAME, OTHER)
        assert fetched.stats["pages"] == 2
        assert "pageToken" not in site.query(0)
        assert site.query(1)["pageToken"] == "t2"
        assert site.query(1)["q"] == site.query(0)["q"]

    def test_only_files_of_the_dates_games_count(self) -> None:
        others = (
            file("[2025-11-12]-combined-stats.csv", id="f2"),
            file(f"[2025-11-11]-{OTHER}-DEN@LAC.csv", id="f3"),
            file("[2025-11-12]-0012500009-MEL@NYK.csv", id="f4"),
        )
        fetched = fetch(listing_ask(), Site(listed(file(), *others)))
        # The preseason game has a file, and is none of the games asked for.
        assert [r["game_id"] for r in fetched.records] == [GAME, "0012500009"]
        assert fetched.covers == (GAME,)
        assert fetched.stats["other_files"] == 2

    def test_by_hand_every_listed_game_is_covered(self) -> None:
        assert fetch(listing_ask(games=None), Site(listed(file()))).covers == (GAME,)

    def test_an_empty_folder_is_no_data(self) -> None:
        fetched = fetch(listing_ask(), Site(listed()))
        assert (list(fetched.records), tuple(fetched.covers)) == ([], ())

    @pytest.mark.parametrize(
        "answers",
        [
            # The second page fails: nothing of the first is kept.
            (listed(file(), token="t2"), PAGE),
            # The same token again and again would never end.
            (listed(file(), token="t2"), listed(file(), token="t2")),
        ],
    )
    def test_a_page_that_fails_fails_the_whole(self, answers: tuple[httpx.Response, ...]) -> None:
        with pytest.raises(SourceFailure):
            fetch(listing_ask(), Site(*answers))

    def test_a_date_that_is_missing_is_said_before_anything_is_asked(self) -> None:
        site = Site(listed())
        with pytest.raises(SourceFailure) as caught:
            fetch(listing_ask(kind=TargetKind.TEAM, id_="NYK", params={}), site)
        assert (caught.value.error_type, site.asked) == ("missing_parameter", [])


def test_the_token_goes_in_a_header_and_into_no_message() -> None:
    source = Source(name="bigdataball", tries=1, key_in="bearer", secret="ODDS_API_KEY")
    site = Site(httpx.Response(401, content=f"token {KEY} is no good".encode()), source=source)
    with pytest.raises(SourceFailure) as caught:
        fetch(listing_ask(), site)
    assert site.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in str(site.asked[0].url)
    assert KEY not in str(caught.value)
    assert DAY.isoformat() in str(caught.value)
