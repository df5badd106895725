"""uvicorn's two protocols, with ends to what has none: headers without end, requests that never come to
theirs, and clients that read nothing.
"""

import asyncio
from asyncio import TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from engine.errors import Reason

from .errors import Cut
from .guard import Receive, Scope, Send, answer_problem
from .settings import Settings

# Kept for whoever reads slowly; what is beyond it waits with whoever sends.
BUFFER_BYTES = 8192
REFUSED_S = 2.0  # whoever is to be told that there is no room has so long to ask


class Stall:
    """Cuts a connection that has taken nothing for so long."""

    def __init__(self, transport: asyncio.Transport, seconds: float) -> None:
        transport.set_write_buffer_limits(high=BUFFER_BYTES)
        self._transport = transport
        self._seconds = seconds
        self._timer: TimerHandle | None = None

    def begin(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._seconds, self._transport.abort)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Cutting(asyncio.Protocol):
    """A protocol, put before one of uvicorn's, that cuts its connection where the client takes nothing."""

    send_timeout_s: float
    stall: Stall

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.stall = Stall(transport, self.send_timeout_s)

    def connection_lost(self, exc: Exception | None) -> None:
        self.stall.end()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.stall.begin()

    def resume_writing(self) -> None:
        self.stall.end()
        super().resume_writing()


async def _too_many(_: Scope, __: Receive, send: Send) -> None:
    reason = Reason(
        "too_many_connections", "too many connections are open; close some or try later"
    )
    await answer_problem(send, Cut(503, reason))


def http_protocol(settings: Settings, most_connections: int) -> type[HttpToolsProtocol]:
    """The protocol of a server that serves so many connections at once."""

    class Http(Cutting, HttpToolsProtocol):
        send_timeout_s = settings.send_timeout_s
        refused = False
        _headers_timer: TimerHandle | None = None
        _header_bytes = 0
        _in_headers = True

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            # Those who were here first are served on.
            self.refused = len(self.connections) > most_connections
            if self.refused:
                self.app = _too_many
            self._await_headers()

        def connection_lost(self, exc: Exception | None) -> None:
            self._end_waiting()
            super().connection_lost(exc)

        def _await_headers(self) -> None:
            self._end_waiting()
            seconds = REFUSED_S if self.refused else settings.request_timeout_s
            self._headers_timer = self.loop.call_later(seconds, self.transport.abort)

        def _end_waiting(self) -> None:
            if self._headers_timer is not None:
                self._headers_timer.cancel()
                self._headers_timer = None

        def data_received(self, data: bytes) -> None:
            if self._in_headers:
                if self._headers_timer is None:
                    self._await_headers()
                # What of it is body is counted where bodies are (guard).
                self._header_bytes += len(data)
            super().data_received(data)
            if self._in_headers and self._header_bytes > settings.max_header_bytes:
                self._refuse_headers()

        def _refuse_headers(self) -> None:
            if not self.transport.is_closing():
                self.transport.write(
                    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
                    b"content-length: 0\r\nconnection: close\r\n\r\n"
                )
                self.transport.close()

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._in_headers = True
            self._header_bytes = 0

        def on_headers_complete(self) -> None:
            self._in_headers = False
            self._end_waiting()
            super().on_headers_complete()
            if self.refused and self.cycle is not None:
                self.cycle.keep_alive = False

        def on_response_complete(self) -> None:
            super().on_response_complete()
            if (
                not self._in_headers
            ):  # answered before it was whole: its rest is not waited for long
                self._await_headers()

        def on_message_complete(self) -> None:
            super().on_message_complete()
            self._end_waiting()
            self._in_headers = True
            self._header_bytes = 0

        def handle_websocket_upgrade(self) -> None:
            self.stall.end()
            if self.refused:
                self.transport.write(
                    b"HTTP/1.1 503 Service Unavailable\r\n"
                    b"content-length: 0\r\nconnection: close\r\n\r\n"
                )
                self.transport.close()
                return
            super().handle_websocket_upgrade()

    return Http


def socket_protocol(settings: Settings) -> type[WebSocketsSansIOProtocol]:
    class Socket(Cutting, WebSocketsSansIOProtocol):
        send_timeout_s = settings.send_timeout_s

        def keepalive_timeout(self) -> None:
            super().keepalive_timeout()
            self.transport.abort()  # closing alone would wait for what is never read

    return Socket
