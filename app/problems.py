"""The one shape that errors have on the wire: RFC 9457 problem+json, with a code and its values beside
the English, for whoever says it in another language."""

from http import HTTPStatus
from typing import Any

from engine.errors import Reason

MEDIA_TYPE = "application/problem+json"


def problem(status: int, reason: Reason, detail: str | None = None, **more: Any) -> dict[str, Any]:
    """`detail` where it says more than the reason itself, the place of it, say."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": printable(str(reason) if detail is None else detail),
        **coded(reason),
    }
    body.update({key: value for key, value in more.items() if value is not None})
    return body


def coded(reason: Reason | None, name: str = "") -> dict[str, Any]:
    """`code` and `values` of a reason, or `{name}_code` and `{name}_values`; null where there is none."""
    prefix = f"{name}_" if name else ""
    if reason is None:
        return {f"{prefix}code": None, f"{prefix}values": None}
    values = {
        key: printable(value) if isinstance(value, str) else value
        for key, value in reason.values.items()
    }
    return {f"{prefix}code": reason.code, f"{prefix}values": values}


def said(name: str, reason: Reason | None) -> dict[str, Any]:
    """A reason in an event or an answer: its English under that name, its code and values beside it."""
    return {name: None if reason is None else printable(str(reason)), **coded(reason, name)}


def printable(text: str) -> str:
    """Without lone surrogates, which no JSON answer can carry, and not at endless length."""
    return text.encode("utf-8", "replace").decode()[:300]
