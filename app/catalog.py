"""What can be built, gathered from the engine's tables: the page makes its controls from this."""

from dataclasses import asdict, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from engine.activations import ACTIVATIONS, SOFTMAX
from engine.datasets import DATASETS, Dataset, Own, OwnText
from engine.errors import Refused
from engine.features import FEATURES
from engine.initializers import INITIALIZERS
from engine.layers import LAYERS
from engine.losses import LOSSES
from engine.optimizers import OPTIMIZERS
from engine.presets import PRESETS
from engine.schedules import SCHEDULES
from engine.spec import NetworkSpec
from engine.suits import recipe, suiting

from .assets import Kept
from .schemas import SpecIn

PREVIEW_SAMPLES = 70
PREVIEW_CHARACTERS = 80
PREVIEW_SIDE = 16  # pixels of a picture: they are shown the size of a thumb


def _schema(record: type) -> dict[str, Any]:
    return TypeAdapter(record).json_schema()


def _preview(cls: Any) -> dict[str, Any] | None:
    """A few samples, for a thumbnail; None where there is nothing to show before an upload, or
    where the data's package is missing."""
    if cls in (Own, OwnText):
        return None
    spec = replace(cls(), test_fraction=0.0)
    try:
        made = spec.make()
    except Refused:
        return None
    if made.view == "text":
        return {**_shown(made), "text": spec.whole()[:PREVIEW_CHARACTERS]}
    return preview_of(made)


def _shown(made: Dataset) -> dict[str, Any]:
    return {"classes": made.classes, "view": made.view, "columns": list(made.columns)}


def preview_of(made: Dataset) -> dict[str, Any]:
    """A few of its samples."""
    chosen = _chosen(made)
    inputs = made.inputs[chosen]
    if made.view == "image":
        inputs = _smaller(inputs)
    if made.view == "table" and made.plane is not None:
        inputs = made.plane.project(inputs)
    # Eleven shades will do for a thumb, and every page load carries them.
    decimals = 1 if made.view == "image" else 2
    # Not round(): of float32 it leaves 0.10000000149.
    return {
        **_shown(made),
        "inputs": np.round(inputs.astype(np.float64), decimals).tolist(),
        "targets": made.targets[chosen].reshape(len(chosen), made.outputs)[:, 0].round(2).tolist(),
    }


def _smaller(images: NDArray[Any]) -> NDArray[Any]:
    """By the means of squares, where they are larger than a preview.  (n, height, width, channels)"""
    n, height, width, channels = images.shape
    step = -(-max(height, width) // PREVIEW_SIDE)
    rows, columns = height // step, width // step
    cut = images[:, : rows * step, : columns * step]
    return cut.reshape(n, rows, step, columns, step, channels).mean(axis=(2, 4))


def _chosen(made: Dataset) -> NDArray[np.intp]:
    """The places of the samples to show: of images four, of as many classes as there are; three sequences of
    different classes or from start, middle and end; of points many, of tables from all over, for
    their rows may lie in the order of the classes."""
    if made.view == "image":
        by_class = [np.flatnonzero(made.targets == c)[:4] for c in range(min(4, made.classes))]
        return np.concatenate([one[n : n + 1] for n in range(4) for one in by_class])[:4]
    if made.view == "sequence" and made.classes:
        return np.unique(made.targets, return_index=True)[1][:3]
    count = 3 if made.view == "sequence" else min(len(made.inputs), PREVIEW_SAMPLES)
    if made.view in ("sequence", "table"):
        return np.linspace(0, len(made.inputs) - 1, count).astype(np.intp)
    return np.arange(count)


def plain(parts: dict[str, Any]) -> Any:
    """Records as plain data."""
    return TypeAdapter(Any).dump_python(parts)


@cache
def catalog() -> dict[str, Any]:
    return {
        "layers": [
            {"name": name, "takes": list(cls.takes), "schema": _schema(cls), **cls.describe()}
            for name, cls in LAYERS.items()
        ],
        "activations": [
            {
                "name": a.name,
                "summary": a.summary,
                "formula": a.formula,
                "slope_formula": a.slope_formula or None,
                "used": a.used,
                "fails": a.fails,
                "output_only": a is SOFTMAX,
                "low": a.low,
                "high": a.high,
                "reached": a.reached,
                "steepest": a.steepest,
                "flat_below": a.flat_below,
                "flat_above": a.flat_above,
                "dies": a.dies,
            }
            for a in (*ACTIVATIONS.values(), SOFTMAX)
        ],
        "losses": [
            {
                "name": loss.name,
                "summary": loss.summary,
                "formula": loss.formula,
                "output": loss.output,
                "requires": loss.requires,
                "task": {"classes": "classification", "steps": "classification"}.get(
                    loss.asks, "any"
                ),
                "asks": loss.asks,
            }
            for loss in LOSSES.values()
        ],
        "optimizers": [
            {"name": name, "summary": cls.summary, "formula": cls.formula, "schema": _schema(cls)}
            for name, cls in OPTIMIZERS.items()
        ],
        "schedules": [
            {"name": name, "summary": cls.summary, "formula": cls.formula, "schema": _schema(cls)}
            for name, cls in SCHEDULES.items()
        ],
        "initializers": [
            {"name": i.name, "summary": i.summary, "formula": i.formula}
            for i in INITIALIZERS.values()
        ],
        "datasets": [
            {
                "name": name,
                "summary": cls.summary,
                "try": cls.to_try,
                "view": cls.view,
                "task": cls.task,
                "schema": _schema(cls),
                "preview": _preview(cls),
                "suits": plain(suiting(cls)),
                "pace": recipe(cls).pace,
            }
            for name, cls in DATASETS.items()
        ],
        "features": [
            {"name": f.name, "columns": f.columns, "formula": f.formula} for f in FEATURES.values()
        ],
        "presets": [
            {"name": p.name, "title": p.title, "summary": p.summary, "spec": asdict(p.spec)}
            for p in PRESETS.values()
        ],
        "defaults": asdict(NetworkSpec()),
        "spec_schema": SpecIn.model_json_schema(),
    }


def _short(whole: dict[str, Any]) -> dict[str, Any]:
    """What controls are made from: no titles and descriptions in schemas, and of the spec's schema
    what stands nowhere else."""
    found: dict[str, Any] = {}
    for name, part in whole.items():
        if isinstance(part, list):
            found[name] = [
                {**one, "schema": _bare(one["schema"])} if "schema" in one else one for one in part
            ]
        elif name == "spec_schema":
            chosen = {key: part["$defs"][key] for key in ("Clipping", "OutputSpec")}
            found[name] = _bare(
                {"$defs": chosen, "properties": {"average": part["properties"]["average"]}}
            )
        else:
            found[name] = part
    return found


def _bare(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_bare(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    # A property may be called so as well: then it is a schema, not a text.
    return {
        key: _bare(value)
        for key, value in schema.items()
        if key not in ("title", "description") or not isinstance(value, str)
    }


@cache
def kept(short: bool = False) -> Kept:
    """The catalog as it travels: it is the same as long as the server runs."""
    told = _short(catalog()) if short else catalog()
    return Kept(TypeAdapter(dict[str, Any]).dump_json(told), "application/json")
