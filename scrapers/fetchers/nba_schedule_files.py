"""cdn.nba.com: the schedule as files, a second and a third way to it.

The files know the season that is going on, and no other. They are a backup for people: only
nbac_schedule_api changes the calendar.
"""

from __future__ import annotations

from scrapers.base import Ask, Fetched, Http
from scrapers.fetchers.nba_cdn import refuse_region_block
from scrapers.fetchers.schedule_feed import schedule_of
from scrapers.params import need_date

_FOLDER = "/static/json/staticData"


def fetch_schedule_cdn(ask: Ask, http: Http) -> Fetched:
    """Every game of the season from scheduleLeagueV2_1.json; covers the date."""
    return _file(ask, http, "scheduleLeagueV2_1.json")


def fetch_schedule(ask: Ask, http: Http) -> Fetched:
    """Every game of the season from scheduleLeagueV2.json, the older file; covers the date."""
    return _file(ask, http, "scheduleLeagueV2.json")


def _file(ask: Ask, http: Http, name: str) -> Fetched:
    need_date(ask)
    # The file is always there: a 403 or 404 is a failure here, unlike for a game's own file.
    response = http.get(f"{_FOLDER}/{name}")
    refuse_region_block(response, ask.scraper)
    return schedule_of(ask, response.json())
