"""The page's types of what travels, made from the OpenAPI document.

python -m tests.js_types: writes static/js/wire.js anew; a test holds it to the document.
"""

import json
from pathlib import Path
from typing import Any

from app.main import create_app
from app.settings import Settings

TARGET = Path(__file__).parent.parent / "static" / "js" / "wire.js"
HEAD = """/**
 * What travels between the server and the page, made from the OpenAPI document by `make types`; not to be edited.
 *
"""
SIMPLE = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean", "null": "null"}  # fmt: skip


def typed(schema: dict[str, Any], known: set[str]) -> str:
    """A JSON Schema as TypeScript writes it; unions of records are `any`: the page asks their schema."""
    if "$ref" in schema:
        name = schema["$ref"].split("/")[-1]
        return name if name in known else "any"
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "anyOf" in schema:
        parts = dict.fromkeys(typed(one, known) for one in schema["anyOf"])
        return "any" if "any" in parts else " | ".join(parts)
    kind = schema.get("type")
    if kind == "array":
        if "prefixItems" in schema:
            return f"[{', '.join(typed(one, known) for one in schema['prefixItems'])}]"
        inner = typed(schema.get("items", {}), known)
        return f"({inner})[]" if " | " in inner else f"{inner}[]"
    if kind == "object":
        more = schema.get("additionalProperties")
        return f"Record<string, {typed(more, known) if isinstance(more, dict) else 'any'}>"
    return SIMPLE.get(kind, "any") if isinstance(kind, str) else "any"


def written() -> str:
    """The file as the present models make it."""
    document = create_app(Settings()).openapi()
    schemas: dict[str, Any] = document["components"]["schemas"]
    # The server's own models; the engine's records are described by the catalog.
    known = {name for name in schemas if name.endswith(("Out", "In", "Summary"))}
    lines = []
    for name in sorted(known):
        comes_in = name.endswith("In")
        fields = [
            f"{field}{'?' if comes_in and field not in schemas[name].get('required', []) else ''}: "
            f"{typed(schema, known)}"
            for field, schema in schemas[name].get("properties", {}).items()
        ]
        lines.append(f" * @typedef {{{{{', '.join(fields)}}}}} {name}\n")
    return HEAD + "".join(lines) + " */\nexport {};\n"


if __name__ == "__main__":
    TARGET.write_text(written(), encoding="utf-8")
