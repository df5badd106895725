"""Domain errors and the one shape they have on the wire: RFC 9457 problem+json.

engine.errors.Refused  422   what cannot be, names the field
GlassboxError
├── NotFound           404
├── Conflict           409   the network's state does not allow it
├── TooMany            429   names the limit
└── Unavailable        503   a worker is being replaced

Each says why with a `Reason`: a code that is stable, its values, and the sentence in English.
What is none of these is a fault of ours: a 500, with the traceback in the log.
"""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from engine.errors import Reason, Refused

from .document import methods_of
from .problems import MEDIA_TYPE, coded, printable, problem
from .store import CannotSave
from .validation import validation_problem


class GlassboxError(Exception):
    """`limit` is the name of the setting that was passed, `value` what it is: {most} in the sentence."""

    status = 500

    def __init__(
        self, reason: Reason, *, limit: str | None = None, value: float | None = None
    ) -> None:
        self.reason = reason if value is None else reason.knowing(most=value)
        self.limit = limit
        self.value = value
        super().__init__(str(self.reason))

    @property
    def detail(self) -> str:
        return str(self.reason)


class NotFound(GlassboxError):
    status = 404


class Conflict(GlassboxError):
    status = 409


class TooMany(GlassboxError):
    status = 429


class Unavailable(GlassboxError):
    status = 503


class Cut(HTTPException):
    """A request that is not read to its end. FastAPI's reading of the body lets it pass as it is."""

    def __init__(
        self, status: int, reason: Reason, *, limit: str | None = None, value: float | None = None
    ) -> None:
        self.reason = reason if value is None else reason.knowing(most=value)
        self.limit = limit
        self.value = value
        super().__init__(status, str(self.reason), {"Connection": "close"})


# What the framework itself answers with.
HTTP = {
    400: Reason("unreadable", "the request cannot be read"),
    404: Reason("no_such_address", "there is nothing at this address"),
    405: Reason("no_such_method", "this address cannot be asked that way"),
}


def problem_of(error: GlassboxError | Refused | CannotSave) -> dict[str, Any]:
    if isinstance(error, CannotSave):
        said = Reason("cannot_save", "the data folder cannot be used: {error}", error=str(error))
        return problem(503, said)
    if isinstance(error, GlassboxError):
        return problem(error.status, error.reason, limit=error.limit, value=error.value)
    entry = {
        "field": printable(error.place),
        "message": printable(error.message),
        **coded(error.reason),
    }
    errors = [entry] if error.place else None
    return problem(
        422, error.reason, error.message, errors=errors, limit=error.limit, value=error.value
    )


def _response(body: dict[str, Any], headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(body, body["status"], headers=headers, media_type=MEDIA_TYPE)


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
        if isinstance(error, Cut):
            cut = problem(error.status_code, error.reason, limit=error.limit, value=error.value)
            return _response(cut, headers)
        reason = HTTP.get(error.status_code) or Reason(
            "refused", "{error}", error=str(error.detail)
        )
        return _response(problem(error.status_code, reason), headers)
