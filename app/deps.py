"""Annotated aliases for what routes are given.

All are coroutines: FastAPI calls plain functions in threads.
"""

import re
import secrets
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Path, Request, Response
from starlette.requests import HTTPConnection

from .commands import Commands
from .jobs import Jobs
from .live import Live
from .pages import Site
from .racing import Races
from .registry import Networks
from .settings import Settings

VISITOR = "glassbox_visitor"
_VISITOR_FORM = re.compile(r"[A-Za-z0-9_-]{22}")


async def get_networks(connection: HTTPConnection) -> Networks:
    return connection.app.state.networks


async def get_commands(connection: HTTPConnection) -> Commands:
    return Commands(connection.app.state.networks)


async def get_jobs(connection: HTTPConnection) -> Jobs:
    return connection.app.state.jobs


async def get_races(connection: HTTPConnection) -> Races:
    return Races(connection.app.state.networks, connection.app.state.jobs)


async def get_site(connection: HTTPConnection) -> Site:
    return connection.app.state.site


async def get_settings(connection: HTTPConnection) -> Settings:
    return connection.app.state.settings


CommandsDep = Annotated[Commands, Depends(get_commands)]
JobsDep = Annotated[Jobs, Depends(get_jobs)]
NetworksDep = Annotated[Networks, Depends(get_networks)]
SettingsDep = Annotated[Settings, Depends(get_settings)]
RacesDep = Annotated[Races, Depends(get_races)]
SiteDep = Annotated[Site, Depends(get_site)]


NetworkId = Annotated[
    str, Path(max_length=64, description="the network's id, which is the right to drive it")
]


async def get_live(networks: NetworksDep, id: NetworkId) -> AsyncIterator[Live]:
    live = await networks.get(id)
    with live.in_hand():
        yield live


LiveDep = Annotated[Live, Depends(get_live)]


async def known_visitor(connection: HTTPConnection) -> str | None:
    cookie = connection.cookies.get(VISITOR, "")
    return cookie if _VISITOR_FORM.fullmatch(cookie) else None


async def some_visitor(request: Request, response: Response) -> str:
    """Who this is, for the list of one's own networks; made up at the first need."""
    visitor = await known_visitor(request)
    if visitor is None:
        visitor = secrets.token_urlsafe(16)
        response.set_cookie(VISITOR, visitor, max_age=31_536_000, httponly=True, samesite="strict")
    return visitor


KnownVisitor = Annotated[str | None, Depends(known_visitor)]
SomeVisitor = Annotated[str, Depends(some_visitor)]
