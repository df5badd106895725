"""Numbers are numbers: `true` and `"5"` are none, though pydantic would take them for 1 and 5.

Its own strict mode goes too far for JSON that has been read: it refuses 10.0 for a whole number, and
objects and lists for records and tuples. So only the numbers of a schema are made strict.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

MAX_FIELDS = 300


class StrictNumbers:
    """In `Annotated`: every number and truth value of that type, at any depth."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return strict_schema(source, handler)


def strict_schema(source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
    """What pydantic makes of it, its numbers strict."""
    schema = handler(source)
    _make_strict(schema, handler)
    return schema


def _make_strict(schema: Any, handler: GetCoreSchemaHandler) -> None:
    """In place, at any depth."""
    seen: set[int] = set()
    waiting: list[Any] = [schema]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        made_now = False
        if isinstance(node, dict):
            if node.get("type") == "definition-ref":
                waiting.append(handler.resolve_ref_schema(node))  # pyright: ignore[reportArgumentType]
            elif node.get("type") in ("float", "bool"):
                node["strict"] = True
            elif node.get("type") == "int":
                _whole(node)
                made_now = True
            elif node.get("type") in ("list", "tuple"):
                node["fail_fast"] = True  # a million wrong items are one mistake
            elif node.get("type") in ("model-fields", "dataclass-args", "dict"):
                _bounded(node)
                made_now = True
            if _is_done(node):
                # What is inside was done together with it; of one made just now it is still to do.
                if made_now:
                    seen.add(id(node["schema"]))
                    waiting.extend(_parts(node["schema"]))
                continue
        waiting.extend(_parts(node))


def _parts(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        # What is not part of the type is not looked at: a default may be a dict of its own.
        yield from (
            part for key, part in node.items() if key not in ("metadata", "default", "expected")
        )
    elif isinstance(node, list | tuple):
        yield from node


def _bounded(node: dict[str, Any]) -> None:
    """An object of a hundred thousand unknown fields would be as many errors."""
    inner = dict(node)
    node.clear()
    node.update(core_schema.no_info_before_validator_function(_is_small, inner))  # pyright: ignore[reportArgumentType]


def _is_small(value: Any) -> Any:
    if isinstance(value, dict) and len(value) > MAX_FIELDS:
        raise PydanticCustomError(
            "too_many_fields", "Object should have at most {most} fields", {"most": MAX_FIELDS}
        )
    return value


def _whole(node: dict[str, Any]) -> None:
    """10.0 is a whole number in JSON, `true` and "10" are none."""
    inner = dict(node)
    node.clear()
    node.update(core_schema.no_info_before_validator_function(_is_number, inner))  # pyright: ignore[reportArgumentType]


def _is_done(node: dict[str, Any]) -> bool:
    function = node.get("function")
    return isinstance(function, dict) and function.get("function") in (_is_number, _is_small)


def _is_number(value: Any) -> Any:
    if isinstance(value, bool | str | bytes):
        raise PydanticCustomError("int_type", "Input should be a valid integer")
    return value
