"""The outermost layer, for HTTP and WebSocket alike: who may ask, how much, and what headers go back.

A page of another site must not drive this server through its visitor's browser: Host must be a
loopback name (against DNS rebinding), and Origin and Sec-Fetch-Site must not be foreign.
"""

import asyncio
import contextlib
import ipaddress
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from engine.errors import Reason

from .errors import Cut
from .problems import MEDIA_TYPE, problem
from .settings import Settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

log = logging.getLogger(__name__)

SAFE = {"GET", "HEAD", "OPTIONS"}
IMPORT = re.compile(r"/api/networks/import/?")
# What bodies hold more than a command.
DATASETS = re.compile(r"/api/datasets/?")
BODIES = (
    (DATASETS, "max_body_bytes"),
    (
        re.compile(
            r"/api/networks/[^/]+/(predict|activations|weights|gradients|trace|check-gradient"
            r"|saliency|occlusion|unrolled|influence)"
        ),
        "max_numbers_bytes",
    ),
    (re.compile(r"/api/networks(/[^/]*)?"), "max_spec_bytes"),
    (re.compile(r"/api/(races|networks/[^/]*/what-if)"), "max_spec_bytes"),
)
ZIP = "application/zip"
FILE = "application/octet-stream"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARQUET = "application/vnd.apache.parquet"
# Tables of other programs; what they are called matters less than how they begin.
FILES = {XLSX, PARQUET, FILE}
# Python makes an object of each, and looks them all through when it tidies up.
MAX_LISTS = 32_768
# A pixel in colour is one too: these are read in a worker.
MAX_PIXELS = 400_000
PIECE = 16_384
STREAM_ENDS_S = 0.5
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors {embed}"
)
FOREIGN_PAGE = Reason("foreign_page", "a page of another site may not drive this server")
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_HOST = re.compile(
    r"(?:\[(?P<six>[0-9a-fA-F:]+)\]|(?P<name>[A-Za-z0-9.-]+))(?::(?P<port>[0-9]{1,5}))?"
)


def _policy(embed: str) -> tuple[bytes, bytes]:
    """What a page may load, and who may show it in a frame."""
    return b"content-security-policy", CSP.format(embed=embed or "'none'").encode()


class Guard:
    def __init__(self, app: Any, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.headers = [*HEADERS, _policy(settings.embed)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            # Of two Hosts nobody knows which one counts: together they name no machine.
            headers[name] = headers[name] + b"," + value if name in headers else value
        refusal = refuse(scope["type"], scope.get("method", "GET"), scope["path"], headers)
        content = content_type(headers)
        limit = self._limit_of(scope["path"], content)
        if refusal is None and scope["type"] == "http":
            refusal = _too_large(headers, limit)
        if refusal is not None:
            if scope["type"] == "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1008, "reason": str(refusal)[:100]})
            else:
                await answer_problem(send, refusal)
            return
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        whole = content.startswith("text/") or content in FILES or content == ZIP
        lists = None if whole else most_lists(scope["path"])
        asked = Asked(receive, limit, lists, self.settings.request_timeout_s)
        await self._http(scope, asked, send)

    def _limit_of(self, path: str, content: str) -> tuple[int, str]:
        """What a body may have there, and the setting that says so."""
        if content == ZIP and DATASETS.fullmatch(path):
            return self.settings.max_zip_bytes, "max_zip_bytes"
        if (content == "text/csv" or content in FILES) and DATASETS.fullmatch(path):
            return self.settings.max_table_bytes, "max_table_bytes"
        if IMPORT.fullmatch(path):
            return self.settings.max_import_bytes, "max_import_bytes"
        name = next((name for form, name in BODIES if form.fullmatch(path)), "max_command_bytes")
        most = getattr(self.settings, name)
        # No other body is larger than the largest of these.
        whole = self.settings.max_body_bytes
        return (most, name) if most < whole else (whole, "max_body_bytes")

    async def _http(self, scope: Scope, asked: "Asked", send: Send) -> None:
        answering = Answering(send, self.headers)
        try:
            if scope["method"] in SAFE:
                await asked.while_there(self.app, scope, answering.send)
            else:
                await self.app(scope, asked.receive, answering.send)
        except Exception:
            log.exception("an error of ours")
            if answering.started:
                raise
            await answer_problem(
                send,
                Cut(500, Reason("our_error", "an error of ours; the server's log has the details")),
            )


class Asked:
    """A request as it comes in: not endless, not at endless leisure."""

    def __init__(
        self, receive: Receive, limit: tuple[int, str], lists: int | None, timeout_s: float
    ) -> None:
        """`lists` is how many a body in JSON may have; None where it is none."""
        self._receive = receive
        self._limit = limit
        self._end = monotonic() + timeout_s
        self._seen = 0
        self._most_lists = lists
        self._lists = 0
        self._whole = False

    async def receive(self) -> Message:
        """Raises: Cut"""
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout(max(0, self._end - monotonic())):
                message = await self._receive()
        except TimeoutError as error:
            raise Cut(408, Reason("too_slow", "the request did not come to its end")) from error
        self._count(message)
        self._whole = not message.get("more_body", False)
        return message

    def _count(self, message: Message) -> None:
        body = message.get("body", b"")
        self._seen += len(body)
        if self._seen > self._limit[0]:
            raise _larger(self._limit)
        if self._most_lists is not None:
            self._lists += lists_in(body)
            keep_lists(self._lists, self._most_lists)

    async def while_there(self, app: Any, scope: Scope, send: Send) -> None:
        """Have answered what changes nothing and has no body, until whoever asked has gone."""
        gone = asyncio.Event()
        waiting = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Message:
            if waiting:
                return waiting.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        working = asyncio.ensure_future(app(scope, receive, send))
        leaving = asyncio.ensure_future(self._leave())
        try:
            await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                gone.set()  # streams end by themselves when they hear of it
                await asyncio.wait({working}, timeout=STREAM_ENDS_S)
            if working.cancel():
                await asyncio.wait({working})
            else:
                working.result()
        finally:
            leaving.cancel()
            working.cancel()

    async def _leave(self) -> None:
        with contextlib.suppress(Cut):
            while (message := await self._receive())["type"] != "http.disconnect":
                self._count(message)


class Answering:
    """An answer as it goes out: with our headers, and in pieces, so that who reads nothing holds little."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self.started = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            message["headers"] = [*message.get("headers", []), *self._headers]
        body = message.get("body", b"")
        if len(body) <= PIECE:
            await self._send(message)
            return
        whole = memoryview(body)
        for start in range(0, len(body), PIECE):
            more = start + PIECE < len(body) or message.get("more_body", False)
            piece = whole[start : start + PIECE]
            await self._send({"type": message["type"], "body": piece, "more_body": more})


def content_type(headers: Mapping[bytes, bytes]) -> str:
    """Without its parameters."""
    return headers.get(b"content-type", b"").decode("latin-1").split(";")[0].strip().lower()


def lists_in(body: bytes) -> int:
    """Lists and objects of a JSON text, or a few more."""
    return body.count(b"[") + body.count(b"{")


def most_lists(path: str) -> int:
    return MAX_PIXELS if DATASETS.fullmatch(path) else MAX_LISTS


def keep_lists(lists: int, most: int) -> None:
    """Raises: Cut"""
    if lists > most:
        raise Cut(
            413,
            Reason("too_many_lists", "more than {most} lists and objects (limit: max_lists)"),
            limit="max_lists",
            value=most,
        )


def _too_large(headers: dict[bytes, bytes], limit: tuple[int, str]) -> Cut | None:
    length = headers.get(b"content-length", b"0")
    if not length.isdigit():
        return Cut(400, Reason("no_length", "Content-Length is not a number"))
    return _larger(limit) if int(length[:20]) > limit[0] else None


def _larger(limit: tuple[int, str]) -> Cut:
    most, name = limit
    reason = Reason(
        "too_large", "the request is larger than {most} bytes (limit: {limit})", limit=name
    )
    return Cut(413, reason, limit=name, value=most)


async def answer_problem(send: Send, cut: Cut) -> None:
    """Where no route is asked."""
    found = problem(cut.status_code, cut.reason, limit=cut.limit, value=cut.value)
    body = json.dumps(found).encode()
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        *HEADERS,
        _policy(""),
    ]
    await send({"type": "http.response.start", "status": cut.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def refuse(kind: str, method: str, path: str, headers: dict[bytes, bytes]) -> Cut | None:
    """Why this request may not pass, or None."""
    host = headers.get(b"host", b"").decode("latin-1")
    if not is_loopback(host):
        return Cut(
            400, Reason("foreign_host", "this server answers on localhost and 127.0.0.1 only")
        )
    # An <img> elsewhere must not make a visitor's browser ask for what costs something either.
    if kind == "http" and method in SAFE and not path.startswith("/api"):
        return None
    site = headers.get(b"sec-fetch-site", b"").decode("latin-1")
    if site and site not in ("same-origin", "none"):
        return Cut(403, FOREIGN_PAGE)
    origin = headers.get(b"origin")
    if origin is not None and not same_origin(origin.decode("latin-1"), host):
        return Cut(403, FOREIGN_PAGE)
    if kind == "http" and method in ("POST", "PUT", "PATCH"):
        content = content_type(headers)
        has_body = headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
        files = (
            (ZIP, *FILES) if DATASETS.fullmatch(path) else (FILE,) if IMPORT.fullmatch(path) else ()
        )
        takes = ("application/json", "text/csv", *files)
        if has_body and content not in takes:
            return Cut(
                415, Reason("not_json_typed", "send JSON, with Content-Type: application/json")
            )
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
