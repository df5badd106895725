"""One's own data as lists say it: each set with a line that is made once, when it comes in."""

from typing import Any

import orjson

from engine.datasets import Own, OwnData, OwnSeries, OwnText, Table
from engine.datasets.labels import Label
from engine.suits import recipe

from .catalog import PREVIEW_CHARACTERS, plain, preview_of
from .workers.samples import changed, digest

PREVIEW_VALUES = 60


def line_of(own: OwnData) -> dict[str, Any]:
    """Of a table, pictures or sounds."""
    if isinstance(own, Table) and own.series:
        return _line_of_series(own)
    made = Own(test_fraction=0.0).make_from(own, copies=False)
    table = isinstance(own, Table)
    suited = recipe(Own, made.task, made.shape)
    return {
        "kind": "own",
        "name": own.name,
        "view": "table" if table else made.view,
        "task": made.task,
        "rows": len(own.targets),
        "columns": list(made.columns),
        "target": own.target_name if table else _english(made.labels.target),
        "class_names": list(made.class_names),
        "shape": None if table else list(made.shape),
        "suits": plain(suited.parts()),
        "pace": suited.pace,
        "preview": preview_of(made),
    }


def _line_of_series(own: Table) -> dict[str, Any]:
    """Its picture is the whole of it, thinned."""
    suited = recipe(OwnSeries, OwnSeries.task)
    whole = (own.targets - own.targets.mean()) / own.targets.std()
    thin = whole[:: max(1, len(whole) // PREVIEW_VALUES)]
    return {
        "kind": "own_series",
        "name": own.name,
        "view": OwnSeries.view,
        "task": OwnSeries.task,
        "rows": len(own.targets),
        "columns": list(own.columns),
        "target": own.target_name,
        "class_names": [],
        "shape": None,
        "suits": plain(suited.parts()),
        "pace": suited.pace,
        "preview": {
            "view": OwnSeries.view,
            "classes": 0,
            "columns": [own.target_name],
            "inputs": [thin[:, None].round(2).tolist()],
            "targets": [],
        },
    }


def _english(label: Label | None) -> str:
    return "" if label is None else label["en"]


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
