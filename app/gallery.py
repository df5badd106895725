"""One's own data as lists say it: each set with a line that is made once, when it comes in."""

from typing import Any

import orjson

from engine.datasets import Own, OwnData, OwnText, Pictures
from engine.suits import recipe

from .catalog import PREVIEW_CHARACTERS, plain, preview_of
from .workers.samples import digest


def line_of(own: OwnData) -> dict[str, Any]:
    """Of a table or pictures."""
    made = Own(test_fraction=0.0).make_from(own)
    pictures = isinstance(own, Pictures)
    suited = recipe(Own, made.task, made.shape)
    return {
        "kind": "own",
        "name": own.name,
        "view": "image" if pictures else "table",
        "task": made.task,
        "rows": len(made.inputs),
        "columns": list(made.columns),
        "target": "class" if pictures else own.target_name,
        "class_names": list(made.class_names),
        "shape": list(made.shape) if pictures else None,
        "suits": plain(suited.parts()),
        "pace": suited.pace,
        "preview": preview_of(made),
    }


def line_of_spec(name: str, spec: Any) -> dict[str, Any]:
    """Of a text or a drawing.  Raises: Refused"""
    suited = recipe(spec, spec.task)
    if isinstance(spec, OwnText):
        count, classes = len(spec.text), []
        preview = {"classes": 0, "view": spec.view, "columns": [], "text": spec.whole()[:PREVIEW_CHARACTERS]}  # fmt: skip
    else:
        made = spec.make()
        count, classes = len(spec.points), list(made.class_names)
        preview = preview_of(made)
    return {
        "kind": spec.kind,
        "name": name,
        "view": spec.view,
        "task": spec.task,
        "rows": count,
        "columns": [],
        "target": "",
        "class_names": classes,
        "suits": plain(suited.parts()),
        "pace": suited.pace,
        "preview": preview,
        "digest": digest(spec),
    }


def content_of(spec: Any) -> str:
    """As it is kept, and as it goes into a spec again."""
    return orjson.dumps({"dataset": spec}).decode()
