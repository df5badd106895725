"""Domain errors and the one shape they have on the wire: RFC 9457 problem+json.

engine.errors.Refused  422   what cannot be, names the field
GlassboxError
├── NotFound           404
├── Conflict           409   the network's state does not allow it
├── TooMany            429   names the limit
└── Unavailable        503   a worker is being replaced

What is none of these is a fault of ours: a 500, with the traceback in the log.
"""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from engine.errors import Refused

from .document import methods_of
from .store import CannotSave

MEDIA_TYPE = "application/problem+json"


class GlassboxError(Exception):
    """`limit` is the name of the setting that was passed, `value` what it is."""

    status = 500

    def __init__(
        self,
        detail: str,
        *,
        limit: str | None = None,
        value: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.limit = limit
        self.value = value


class NotFound(GlassboxError):
    status = 404


class Conflict(GlassboxError):
    status = 409


class TooMany(GlassboxError):
    status = 429


class Unavailable(GlassboxError):
    status = 503


def problem(status: int, detail: str, **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _printable(detail),
    }
    body.update({key: value for key, value in more.items() if value is not None})
    return body


def problem_of(error: GlassboxError | Refused | CannotSave) -> dict[str, Any]:
    if isinstance(error, CannotSave):
        return problem(503, f"the data folder cannot be used: {error}")
    if isinstance(error, GlassboxError):
        return problem(error.status, error.detail, limit=error.limit, value=error.value)
    entry = {"field": _printable(error.place), "message": _printable(error.message)}
    errors = [entry] if error.place else None
    return problem(422, error.message, errors=errors, limit=error.limit, value=error.value)


def _response(body: dict[str, Any], headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(body, body["status"], headers=headers, media_type=MEDIA_TYPE)


def validation_problem(errors: Sequence[Any]) -> dict[str, Any]:
    """Names each field and what it must be, never what was sent."""
    listed = []
    for error in errors[:20]:
        place = [str(part) for part in error["loc"] if part not in ("body", "query", "path")]
        context = error.get("ctx", {})
        if error["type"].startswith("union_tag_"):
            place.append("kind")  # it is the tag that is wrong or missing
        field = ".".join(_as_written(place)) or "body"
        entry: dict[str, Any] = {"field": _printable(field), "message": _printable(error["msg"])}
        for name in ("ge", "gt", "le", "lt", "max_length", "min_length"):
            if isinstance(context.get(name), int | float):
                entry["limit"] = context[name]
        listed.append(entry)
    first = listed[0] if listed else {"field": "body", "message": "invalid"}
    return problem(422, f"{first['field']}: {first['message']}", errors=listed)


def _as_written(place: list[str]) -> list[str]:
    """The path as the user wrote it: without the tags that pydantic puts after a union's place. A
    tag may be the name of a field too ("activation"), so it counts as one only there."""
    written: list[str] = []
    tag_may_follow = False
    for part in place:
        if _INTERNAL.match(part) or (tag_may_follow and part in _TAGS):
            tag_may_follow = False
            continue
        written.append(part)
        tag_may_follow = part.isdigit() or part in ("dataset", "optimizer", "schedule")
    return written


def _printable(text: str) -> str:
    """Without lone surrogates, which no JSON answer can carry, and not at endless length."""
    return text.encode("utf-8", "replace").decode()[:300]


_INTERNAL = re.compile(r"constrained-|list\[|function-")


def _tags() -> frozenset[str]:
    from engine.datasets import DATASETS
    from engine.layers import LAYERS
    from engine.optimizers import OPTIMIZERS
    from engine.schedules import SCHEDULES

    return frozenset({*DATASETS, *LAYERS, *OPTIMIZERS, *SCHEDULES})


_TAGS = _tags()


def install(app: FastAPI) -> None:
    @app.exception_handler(GlassboxError)
    async def _(request: Request, error: GlassboxError) -> JSONResponse:
        headers = {"Retry-After": "1"} if error.status in (429, 503) else None
        return _response(problem_of(error), headers)

    @app.exception_handler(Refused)
    async def _(request: Request, error: Refused) -> JSONResponse:
        return _response(problem_of(error))

    @app.exception_handler(CannotSave)
    async def _(request: Request, error: CannotSave) -> JSONResponse:
        return _response(problem_of(error), {"Retry-After": "5"})

    @app.exception_handler(RequestValidationError)
    async def _(request: Request, error: RequestValidationError) -> JSONResponse:
        return _response(validation_problem(error.errors()))

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if error.status_code == 405 and (methods := methods_of(app, request.scope["path"])):
            headers["Allow"] = ", ".join(methods)  # the framework knows those of one route only
        return _response(problem(error.status_code, str(error.detail)), headers)
