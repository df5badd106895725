"""A spec as text and back, for the engine's own checkpoints. What comes from outside is validated
elsewhere; what was written here is what comes back."""

import json
from dataclasses import asdict, is_dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from .spec import NetworkSpec


def to_text(spec: NetworkSpec) -> str:
    return json.dumps(asdict(spec))


def of_text(text: str) -> NetworkSpec:
    """Raises: ValueError, where it is no spec of this version"""
    try:
        return _made(NetworkSpec, json.loads(text))
    except (TypeError, KeyError, LookupError) as error:
        raise ValueError(f"no spec of this version: {error}") from error


@cache
def _hints(record: type) -> dict[str, Any]:
    return get_type_hints(record)


def _made(hint: Any, value: Any) -> Any:
    """The value that a hint describes, of what JSON has of it: records are told apart by `kind`."""
    if get_origin(hint) is Annotated:
        return _made(get_args(hint)[0], value)
    if isinstance(value, dict):
        if any(get_origin(choice) is dict or choice is dict for choice in _choices(hint)):
            return {name: _frozen(one) for name, one in value.items()}  # by name: no record
        record = _record(hint, value.get("kind"))
        return record(**{name: _made(_hints(record)[name], v) for name, v in value.items()})
    if isinstance(value, list):
        inner = _items(hint)
        return tuple(_made(inner, item) for item in value)
    return value


def _frozen(value: Any) -> Any:
    """Lists at any depth as the tuples that they were."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _choices(hint: Any) -> list[Any]:
    if get_origin(hint) is Annotated:
        return _choices(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        return [choice for part in get_args(hint) for choice in _choices(part)]
    return [hint]


def _record(hint: Any, kind: str | None) -> Any:
    """Raises: LookupError"""
    records = [choice for choice in _choices(hint) if is_dataclass(choice)]
    for record in records:
        field = record.__dataclass_fields__.get("kind")
        if kind == (field.default if field else None):
            return record
    raise LookupError(f"nothing of the kind {kind}")


def _items(hint: Any) -> Any:
    """The hint of a tuple's items, which are alike where they are records."""
    for choice in _choices(hint):
        if get_origin(choice) is tuple and get_args(choice):
            return get_args(choice)[0]
    return Any
