"""uvicorn, told what our streams need."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import uvicorn

OPTIONS: dict[str, Any] = {
    "log_level": "warning",
    "access_log": False,
    "server_header": False,
    "ws": "websockets-sansio",
    "ws_per_message_deflate": False,  # frames are small and dense; deflate costs more than it saves
    "ws_max_size": 1_000_000,
    "timeout_graceful_shutdown": 4,
    "lifespan": "on",
}


class Server(uvicorn.Server):
    """Tells open streams that it stops (uvicorn alone would wait for them), and says when it runs."""

    def __init__(self, app: Any, on_started: Callable[[], None] = lambda: None) -> None:
        super().__init__(uvicorn.Config(app, **OPTIONS))
        self._app = app
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        networks = getattr(self._app.state, "networks", None)
        if networks is not None:
            networks.say_goodbye()
            self._app.state.jobs.end_all()
            await asyncio.sleep(0.05)  # let the goodbyes out before connections are closed
        await super().shutdown(sockets)
