"""A network with all that moves, as facts and named arrays, and back: what JSON and safetensors files hold.

Arrays by name: `dense_1.weight` the weights of now, `start/dense_1.weight` those that the run began with,
`slot/velocity/dense_1.weight` the optimizer's, `average/..` the moving average; `order`, `clock`,
`generator` and `plateau` say where in the data and in the schedule it stands.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from ..errors import Reason, Refused
from ..experiment import Experiment
from ..layout import Layout
from ..state import Snapshot
from .notes import Note, note
from .run import Array

FORMAT, VERSION = "glassbox", 1
START, SLOT, AVERAGE = "start/", "slot/", "average/"
MOVING = ("order", "clock", "generator", "plateau")


def facts_of(experiment: Experiment) -> dict[str, Any]:
    """All that is no array."""
    return {
        "format": FORMAT, "version": VERSION, "spec": asdict(experiment.spec), "step": experiment.step,
        "epoch": experiment.trainer.epoch,
    }  # fmt: skip


def arrays_of(experiment: Experiment) -> dict[str, Array]:
    """By the names of this module's first lines; all float32 but what counts."""
    layout, trainer = experiment.network.layout, experiment.trainer
    snapshot = trainer.snapshot()
    rows = {"": trainer.vector, START: experiment.beginning().vector}
    rows |= {f"{SLOT}{name}/": row for name, row in trainer.slots.items()}
    if trainer.average is not None:
        rows[AVERAGE] = trainer.average
    found = {
        prefix + name: view
        for prefix, row in rows.items()
        for name, view in layout.views(row).items()
    }
    return {
        **found, "order": snapshot.order, "clock": snapshot.clock, "generator": snapshot.generator,
        "plateau": snapshot.plateau,
    }  # fmt: skip


def check_facts(facts: Any) -> dict[str, Any]:
    """The spec of a document of ours.  Raises: Refused, where it is none or of another version"""
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise Refused(
            "file", Reason("import.not_ours", "this is no network that Glassbox exported")
        )
    if facts.get("version") != VERSION:
        raise Refused(
            "version",
            Reason(
                "import.version",
                "the file is of another version; this one reads {known}",
                known=VERSION,
            ),
        )
    spec = facts.get("spec")
    if not isinstance(spec, dict):
        raise Refused("spec", Reason("import.no_spec", "the file has no spec of a network"))
    return spec


def put_weights(experiment: Experiment, weights: Mapping[str, Array]) -> list[Note]:
    """Into a network at its beginning; what is not there stays as it is.  Raises: Refused, where a shape
    is another or a number is not finite"""
    notes, layout = [], experiment.network.layout
    missing = [entry.name for entry in layout if entry.name not in weights]
    unknown = [name for name in weights if name not in {entry.name for entry in layout}]
    if missing:
        notes.append(note("import.missing", names=_listed(missing)))
    if unknown:
        notes.append(note("import.unknown", names=_listed(unknown)))
    trainer = experiment.trainer
    snapshot = trainer.snapshot()
    _fill(layout, snapshot.state[0], weights)
    if trainer.average is not None:
        snapshot.state[-1] = snapshot.state[0]
    experiment.begin_from(snapshot)
    return notes


def put_whole(experiment: Experiment, arrays: Mapping[str, Array], step: int) -> list[Note]:
    """Go on where `arrays_of` was taken.  Raises: Refused"""
    notes = put_weights(
        experiment,
        {
            n: a
            for n, a in arrays.items()
            if n not in MOVING and not n.startswith((START, SLOT, AVERAGE))
        },
    )
    trainer, layout = experiment.trainer, experiment.network.layout
    before = trainer.snapshot()
    state = before.state
    for k, slot in enumerate(trainer.state.slot_names):
        _fill(layout, state[1 + k], _under(arrays, f"{SLOT}{slot}/"))
    if trainer.average is not None:
        _fill(layout, state[-1], _under(arrays, AVERAGE))
    if not all(name in arrays for name in MOVING):
        return [*notes, note("import.no_place")]
    order, clock = arrays["order"].astype(np.int64), arrays["clock"].astype(np.int64)
    samples, fits = trainer.samples, False
    if order.shape == (samples,) and clock.shape == (3,) and arrays["plateau"].shape == (6,):
        fits = bool(
            (np.sort(order) == np.arange(samples)).all() and 0 <= clock[0] <= max(0, samples - 1)
        )
        fits &= bool(np.isfinite(np.delete(arrays["plateau"].astype(np.float64), 1)).all())
        fits &= bool((clock >= 0).all() and (clock < 2**53).all() and 0 <= step < 2**53)
    if not fits or arrays["generator"].size != 1:
        return [*notes, note("import.no_place")]
    generator = arrays["generator"].astype(np.uint64).reshape(1)
    plateau = arrays["plateau"].astype(np.float64)
    plateau[1] = np.inf if np.isnan(plateau[1]) else plateau[1]
    experiment.begin_from(Snapshot(state, order, clock, generator, step, plateau))
    return notes


def _under(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    return {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}


def _fill(layout: Layout, row: Array, named: Mapping[str, Array]) -> None:
    for name, view in layout.views(row).items():
        if name not in named:
            continue
        given = named[name]
        if given.shape != view.shape:
            raise Refused(
                f"weights.{name}",
                Reason(
                    "import.other_shape", "{name} has shape {shape}, not {found}", name=name,
                    shape=str(list(view.shape)), found=str(list(given.shape)),
                ),
            )  # fmt: skip
        if given.dtype.kind not in "fiu" or not np.isfinite(given).all():
            raise Refused(
                f"weights.{name}",
                Reason("import.not_finite", "{name} holds what is no finite number", name=name),
            )
        with np.errstate(over="ignore"):
            view[...] = given


def _listed(names: list[str]) -> str:
    return ", ".join(name[:40] for name in names[:6]) + (", .." if names[6:] else "")


__all__ = ["arrays_of", "check_facts", "facts_of", "put_weights", "put_whole"]
