"""create_app(settings): wiring only."""

from fastapi import FastAPI
from starlette.middleware import Middleware

from . import __version__, document, errors
from .assets import Sources
from .guard import Guard
from .lifespan import lifespan
from .pages import Site
from .routes import (
    asking,
    carrying,
    catalog,
    clinic,
    datasets,
    descent,
    health,
    inspection,
    jobs,
    networks,
    own,
    pages,
    picturing,
    races,
    runs,
    sharing,
    streams,
    studies,
    surgery,
    training,
    working,
)  # fmt: skip
from .settings import Settings, web_root

DESCRIPTION = """Build a network, train it, watch every number, from code or from the page, on one
and the same live network. Errors are `application/problem+json` (RFC 9457).

A WebSocket at `/api/networks/{id}/socket` sends frames, and what `{"look": ..}` asks to see of the inside, as
safetensors buffers; `docs/socket.md` of the project has its messages."""


def create_app(settings: Settings) -> FastAPI:
    app = FastAPI(
        title="Glassbox",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # the stock page loads its script from another host; ours is in routes/pages.py
        redoc_url=None,
        middleware=[
            # Only what is the same for everyone is compressed, once, by itself (assets): it is asked for
            # on this machine, and compressing ten megabytes would stop the event loop for a second.
            Middleware(Guard, settings=settings)
        ],
    )
    app.state.settings = settings
    app.state.site = Site(web_root(), embedding=bool(settings.embed))
    errors.install(app)
    for module in (
        pages,
        catalog,
        datasets,
        own,
        networks,
        training,
        surgery,
        working,
        asking,
        carrying,
        picturing,
        runs,
        inspection,
        studies,
        clinic,
        descent,
        races,
        jobs,
        streams,
        sharing,
        health,
    ):
        app.include_router(module.router)
    app.include_router(networks.trash)
    document.install(app)
    app.mount("/static", Sources(directory=web_root() / "static"), name="static")
    return app
