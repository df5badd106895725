"""What can be built, gathered from the engine's tables: the page makes its controls from this."""

from dataclasses import asdict, replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from engine.activations import ACTIVATIONS, SOFTMAX_FORMULA, SOFTMAX_SUMMARY
from engine.datasets import DATASETS, Own
from engine.features import FEATURES
from engine.initializers import INITIALIZERS
from engine.layers import LAYERS
from engine.losses import LOSSES
from engine.optimizers import OPTIMIZERS
from engine.presets import PRESETS
from engine.schedules import SCHEDULES

from .schemas import SpecIn

PREVIEW_SAMPLES = 70


def _schema(record: type) -> dict[str, Any]:
    return TypeAdapter(record).json_schema()


def _preview(cls: Any) -> dict[str, Any] | None:
    """A few samples, for a thumbnail; None where there is nothing to show before an upload."""
    if cls is Own:
        return None
    made = replace(cls(), test_fraction=0.0).make()
    targets = made.targets.reshape(-1)
    return {
        "inputs": made.inputs[:PREVIEW_SAMPLES].round(2).tolist(),
        "targets": targets[:PREVIEW_SAMPLES].round(2).tolist(),
        "classes": made.classes,
        "view": made.view,
    }


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
                "slope_formula": a.slope_formula,
                "output_only": False,
            }
            for a in ACTIVATIONS.values()
        ]
        + [
            {
                "name": "softmax",
                "summary": SOFTMAX_SUMMARY,
                "formula": SOFTMAX_FORMULA,
                "slope_formula": None,
                "output_only": True,
            }
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
                "view": cls.view,
                "task": cls.task,
                "schema": _schema(cls),
                "preview": _preview(cls),
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
        "spec_schema": SpecIn.model_json_schema(),
    }
