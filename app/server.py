"""uvicorn, told what our streams need."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn

from .protocols import http_protocol, socket_protocol

OPTIONS: dict[str, Any] = {
    "log_level": "warning",
    "access_log": False,
    "server_header": False,
    "ws_per_message_deflate": False,  # frames are small and dense; deflate costs more than it saves
    "ws_max_size": 1_000_000,
    # A client that reads nothing answers no ping: with these it is gone within half a minute.
    "ws_ping_interval": 10.0,
    "ws_ping_timeout": 15.0,
    "timeout_graceful_shutdown": 4,
    "lifespan": "on",
}


# Descriptors that are not connections: libraries, the database, pipes of a worker; and room for those
# who are told that there is none.
OTHER_FILES = 42
FILES_A_WORKER = 6


def most_connections(workers: int) -> int:
    """How many the operating system lets us serve at once, its limit raised as far as it goes."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return 10_000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(4, soft - OTHER_FILES - FILES_A_WORKER * workers)


class Server(uvicorn.Server):
    """Tells open streams that it stops (uvicorn alone would wait for them), and says when it runs."""

    def __init__(self, app: Any, on_started: Callable[[], None] = lambda: None) -> None:
        settings = app.state.settings
        protocols = {
            "http": http_protocol(settings, most_connections(settings.workers)),
            "ws": socket_protocol(settings),
        }
        super().__init__(uvicorn.Config(app, **OPTIONS, **protocols))
        self._app = app
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal ends it in order, with exit code 0 and nothing said; the next one at once.
        uvicorn would raise the signal again at the end."""
        self.force_exit = self.should_exit
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        networks = getattr(self._app.state, "networks", None)
        if networks is not None:
            networks.say_goodbye()
            self._app.state.jobs.end_all()
            await asyncio.sleep(0.05)  # let the goodbyes out before connections are closed
        await super().shutdown(sockets)
