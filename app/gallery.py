"""One's own data as lists say it: each set with a line that is made once, when it comes in."""

from typing import Any

import orjson

from engine.datasets import Own, OwnText, Table
from engine.suits import recipe

from .catalog import PREVIEW_CHARACTERS, plain, preview_of
from .workers.samples import changed, digest


def line_of_table(table: Table) -> dict[str, Any]:
    task = "classification" if table.class_names else "regression"
    suited = recipe(Own, task)
    return {
        "kind": "own",
        "name": table.name,
        "view": "table",
        "task": task,
        "rows": len(table.inputs),
        "columns": list(table.columns),
        "target": table.target_name,
        "class_names": list(table.class_names),
        "suits": plain(suited.parts()),
        "pace": suited.pace,
        "preview": preview_of(Own(id="", test_fraction=0.0).make_from(table)),
    }


def line_of_spec(name: str, spec: Any) -> dict[str, Any]:
    """Of a text or a drawing.  Raises: Refused"""
    suited = recipe(spec, spec.task)
    if isinstance(spec, OwnText):
        whole, classes = spec.whole(), []
        count = len(whole)
        preview = {"classes": 0, "view": spec.view, "columns": [], "text": whole[:PREVIEW_CHARACTERS]}  # fmt: skip
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
        "one_form": changed(spec),
        "digest": digest(spec),
    }


def content_of(spec: Any) -> str:
    """As it is kept, and as it goes into a spec again."""
    return orjson.dumps({"dataset": spec}).decode()
