"""One module a source; `answer` finds it by host, and lets the troubles strike first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from sim.sources import troubles
from sim.sources.answers import (
    balldontlie,
    basketball_reference,
    bettingpros,
    drive,
    espn,
    espn_web,
    nba_cdn,
    nba_dmz,
    nba_official,
    nba_static,
    nba_stats,
    nba_web,
    odds_api,
)
from sim.sources.exchange import Reply, Request, text_reply
from sim.sources.troubles import SOURCES, Kind
from sim.sources.world import SourceWorld

#: By host.
_ANSWERS: Mapping[str, Callable[[SourceWorld, Request], Reply]] = {
    "stats.nba.com": nba_stats.answer,
    "cdn.nba.com": nba_cdn.answer,
    "official.nba.com": nba_official.answer,
    "ak-static.cms.nba.com": nba_static.answer,
    "api.the-odds-api.com": odds_api.answer,
    "api.balldontlie.io": balldontlie.answer,
    "site.api.espn.com": espn.answer,
    "www.espn.com": espn_web.answer,
    "api.bettingpros.com": bettingpros.answer,
    "statsdmz.nba.com": nba_dmz.answer,
    "www.nba.com": nba_web.answer,
    "www.basketball-reference.com": basketball_reference.answer,
    "www.googleapis.com": drive.answer,
}
#: Sources asked once a team, game or event: an error page meets only some of those.
_MANY = frozenset(
    {
        "espn",
        "odds_api",
        "nba_cdn",
        "nba_dmz",
        "nba_web",
        "basketball_reference",
        "bigdataball",
        "espn_web",
    }
)
_SOME = 0.25


def answer(world: SourceWorld, request: Request) -> Reply:
    """What the source of `request.host` answers: its data, or its trouble of the moment."""
    source = SOURCES.get(request.host)
    if source is None:
        # For whoever brings a scraper of their own: it is not their source that says so.
        return text_reply(f"the simulated sources do not know [{request.host}]", 404, "text/plain")
    what = (source, request.target, request.attempt, "seconds")
    seconds = round(world.chance.between(0.3, 1.5, *what), 3)
    long = {trouble.kind: trouble for trouble in world.troubles_at(source, request.now)}
    if Kind.SLOW in long:
        seconds = troubles.SLOW_SECONDS
    if Kind.SPELL in long:
        return replace(troubles.unavailable(), seconds=seconds)
    if Kind.ERROR_PAGE in long and _page_strikes(world, source, request):
        return replace(troubles.error_page(), seconds=seconds)
    if world.troubled and (trouble := troubles.passing(world.chance, source, request)):
        return replace(trouble, seconds=trouble.seconds or seconds)
    return replace(_ANSWERS[request.host](world, request), seconds=seconds)


def _page_strikes(world: SourceWorld, source: str, request: Request) -> bool:
    if request.attempt > 1:
        return False
    return source not in _MANY or world.chance.unit(request.target, "page") < _SOME
