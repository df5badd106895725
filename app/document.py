"""The OpenAPI document: FastAPI's, with what it cannot find out by itself."""

import re
from functools import cache
from typing import Any

from fastapi import FastAPI

from .schemas import DEFAULT_KINDS, OwnIn

REF = "#/components/schemas/{model}"


def install(app: FastAPI) -> None:
    made = app.openapi

    @cache
    def document() -> dict[str, Any]:
        found = made()
        schemas = found["components"]["schemas"]
        # A body that comes as JSON or as text is read by its route.
        own = OwnIn.model_json_schema(ref_template=REF)
        schemas.update(own.pop("$defs", {}))
        schemas["OwnIn"] = own
        for schema in schemas.values():
            _name_kind(schema)
        return found

    app.openapi = document  # pyright: ignore[reportAttributeAccessIssue]


def _name_kind(schema: dict[str, Any]) -> None:
    """Of several kinds one is meant where none is named; the others have to be named."""
    kind = schema.get("properties", {}).get("kind", {})
    if "const" in kind and kind["const"] not in DEFAULT_KINDS.values():
        schema["required"] = sorted({*schema.get("required", ()), "kind"})


def methods_of(app: FastAPI, path: str) -> list[str]:
    """What may be asked of a path, by the document; one that stands there as it is goes first."""
    found: set[str] = set()
    paths = app.openapi()["paths"]
    if path in paths:
        return sorted(method.upper() for method in paths[path])
    for template, operations in paths.items():
        if _form(template).fullmatch(path):
            found |= {method.upper() for method in operations}
    return sorted(found)


@cache
def _form(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]+\}", template)
    return re.compile("[^/]+".join(map(re.escape, parts)))
