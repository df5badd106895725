"""The outermost layer, for HTTP and WebSocket alike: who may ask, how much, and what headers go back.

A page of another site must not drive this server through its visitor's browser: Host must be a
loopback name (against DNS rebinding), and Origin and Sec-Fetch-Site must not be foreign.
"""

import ipaddress
import json
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException

from .errors import MEDIA_TYPE, problem

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

log = logging.getLogger(__name__)

SAFE = {"GET", "HEAD", "OPTIONS"}
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", CSP.encode()),
]
_HOST = re.compile(
    r"(?:\[(?P<six>[0-9a-fA-F:]+)\]|(?P<name>[A-Za-z0-9.-]+))(?::(?P<port>[0-9]{1,5}))?"
)


class Guard:
    def __init__(self, app: Any, max_body_bytes: int) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            # Of two Hosts nobody knows which one counts: together they name no machine.
            headers[name] = headers[name] + b"," + value if name in headers else value
        refusal = refuse(scope["type"], scope.get("method", "GET"), headers)
        if refusal is None and scope["type"] == "http":
            refusal = self._too_large(headers)
        if refusal is not None:
            if scope["type"] == "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1008, "reason": refusal[1][:100]})
            else:
                await _answer(send, *refusal)
            return
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        await self._http(scope, receive, send)

    def _too_large(self, headers: dict[bytes, bytes]) -> tuple[int, str] | None:
        length = headers.get(b"content-length", b"0")
        if not length.isdigit():
            return 400, "Content-Length is not a number"
        return (413, self._limit()) if int(length[:20]) > self.max_body_bytes else None

    def _limit(self) -> str:
        return f"the request is larger than {self.max_body_bytes} bytes (limit: max_body_bytes)"

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        seen = 0
        started = False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.max_body_bytes:
                # An HTTPException passes through FastAPI's reading of the body as it is.
                raise HTTPException(413, self._limit())
            return message

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", []), *HEADERS]
            await send(message)

        try:
            await self.app(scope, counted, dressed)
        except Exception:
            log.exception("an error of ours")
            if started:
                raise
            await _answer(send, 500, "an error of ours; the server's log has the details")


async def _answer(send: Send, status: int, detail: str) -> None:
    body = json.dumps(problem(status, detail)).encode()
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        *HEADERS,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def refuse(kind: str, method: str, headers: dict[bytes, bytes]) -> tuple[int, str] | None:
    """Why this request may not pass, as (status, sentence), or None."""
    host = headers.get(b"host", b"").decode("latin-1")
    if not is_loopback(host):
        return 400, "this server answers on localhost and 127.0.0.1 only"
    if kind == "http" and method in SAFE:
        return None
    site = headers.get(b"sec-fetch-site", b"").decode("latin-1")
    if site and site not in ("same-origin", "none"):
        return 403, "a page of another site may not drive this server"
    origin = headers.get(b"origin")
    if origin is not None and not same_origin(origin.decode("latin-1"), host):
        return 403, "a page of another site may not drive this server"
    if kind == "http" and method in ("POST", "PUT", "PATCH"):
        content = headers.get(b"content-type", b"").decode("latin-1").split(";")[0].strip().lower()
        has_body = headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
        if has_body and content not in ("application/json", "text/csv"):
            return 415, "send JSON, with Content-Type: application/json"
    return None


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine itself."""
    match = _HOST.fullmatch(host)
    if match is None or int(match["port"] or 0) > 65535:
        return False
    try:
        if match["six"]:
            return ipaddress.IPv6Address(match["six"]).is_loopback
        if match["name"].lower() == "localhost":
            return True
        return ipaddress.IPv4Address(match["name"]).is_loopback
    except ValueError:
        return False


def same_origin(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
        return parts.scheme == "http" and parts.netloc.lower() == host.lower() and not parts.path
    except ValueError:
        return False
