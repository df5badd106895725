"""What is the same for everyone who asks: hashed, compressed once, and kept."""

import gzip
import json
from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from os import stat_result
from pathlib import Path

from fastapi import Request, Response
from starlette.staticfiles import PathLike, StaticFiles
from starlette.types import Scope

from .bundling import bundle, joined

ASK_AGAIN = "no-cache"
FOR_GOOD = "public, max-age=31536000, immutable"
# Not the machine's own table: some say text/plain of scripts, which a browser then refuses.
MEDIA_TYPES = {
    "js": "text/javascript",
    "css": "text/css",
    "json": "application/json",
    "svg": "image/svg+xml",
}


class Kept:
    """A body with its hash, and its compressed form, made when it is first asked for."""

    def __init__(self, body: bytes, media_type: str) -> None:
        self.body = body
        self.media_type = media_type
        self.digest = sha256(body).hexdigest()[:16]

    @cached_property
    def zipped(self) -> bytes:
        return gzip.compress(self.body, 9, mtime=0)

    def answer(self, request: Request, cache_control: str = ASK_AGAIN) -> Response:
        """The whole of it, or that what the browser has is still it."""
        # The compressed form has the same tag, so it is a weak one.
        tag = f'W/"{self.digest}"'
        headers = {"Cache-Control": cache_control, "Vary": "Accept-Encoding", "ETag": tag}
        known = request.headers.get("if-none-match", "")
        if tag.removeprefix("W/") in [one.strip().removeprefix("W/") for one in known.split(",")]:
            return Response(status_code=304, headers=headers)
        # Asked as the middleware asks, which leaves alone what is encoded already.
        body = self.body
        if "gzip" in request.headers.get("accept-encoding", ""):
            body = self.zipped
            headers["Content-Encoding"] = "gzip"
        return Response(body, headers=headers, media_type=self.media_type)


class Assets:
    """The files under `static` as pages ask for them, each by an address that holds its hash.

    `kept` is made as addresses are asked for.
    """

    def __init__(self, static: Path) -> None:
        self.kept: dict[str, Kept] = {}
        self._static = static
        self._urls: dict[tuple[str, ...], str] = {}

    def url(self, *paths: str) -> str:
        """The address of a file; of a script with all it imports; of style sheets joined.

        Raises: CannotBundle
        """
        if paths not in self._urls:
            self._urls[paths] = self._keep(paths[-1], self._body(paths))
        return self._urls[paths]

    def _keep(self, path: str, body: bytes) -> str:
        name = path.rsplit("/", 1)[-1]
        kept = Kept(body, MEDIA_TYPES[name.rsplit(".", 1)[-1]])
        url = f"/assets/{kept.digest}/{name}"
        self.kept[url] = kept
        return url

    def late_url(self, path: str, after: str) -> str:
        """The address of a script that a page loads when it is wanted, after its own script `after`.

        Raises: CannotBundle
        """
        key = (path, after)
        if key not in self._urls:
            self._urls[key] = self._keep(path, bundle(self._static, path, after).encode())
        return self._urls[key]

    def parted(self, path: str, apart: Callable[[str], bool]) -> tuple[str, str]:
        """Addresses of both parts of a JSON object: the entries whose keys are not `apart`, and those that are."""
        whole = json.loads((self._static / path).read_bytes())
        names = (path, path.replace(".json", "-more.json"))
        parts = [{k: v for k, v in whole.items() if apart(k) is late} for late in (False, True)]
        first, more = (
            self._keep(name, json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode())
            for name, part in zip(names, parts, strict=True)
        )
        return first, more

    def _body(self, paths: tuple[str, ...]) -> bytes:
        if paths[0].endswith(".css"):
            return joined(self._static, paths).encode()
        (path,) = paths
        if path.endswith(".js"):
            return bundle(self._static, path).encode()
        return (self._static / path).read_bytes()


class Sources(StaticFiles):
    """The files as they were written, to be read; a page loads none of them."""

    def file_response(
        self, full_path: PathLike, stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = ASK_AGAIN
        return response
