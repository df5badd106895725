"""Updates worked out line by line in a worker process, and exercises made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from engine.errors import Reason
from engine.insight import exercise as exercised
from engine.insight import worked as worked_out
from engine.insight.exercise import hidden, hint, marked, tolerance
from engine.insight.worked import Line, plain, short

from .encoding import encoded
from .messages import CannotTrain, Report
from .playing import report
from .shelf import experiment_of

Index = tuple[int, ...]


def worked(
    id: str,
    samples: Sequence[int] | None,
    sample: int | None,
    units: Mapping[str, Index],
    places: Mapping[str, Index],
) -> bytes:
    """Raises: Refused"""
    found = worked_out(experiment_of(id), samples, sample, units, places)
    return encoded(
        {
            "step": found.step,
            "samples": found.samples,
            "sample": found.sample,
            "units": found.units,
            "shapes": found.shapes,
            "places": found.places,
            "next_samples": found.next_samples,
            "lines": [as_sent(line, plain(line.term)) for line in found.lines],
            "chains": {
                name: {
                    "place": chain.place,
                    "gradient": chain.gradient,
                    "value": chain.value,
                    "factors": [_factor(factor) for factor in chain.factors],
                    "local": [_factor(factor) for factor in chain.local],
                }
                for name, chain in found.chains.items()
            },
            "windows": {name: asdict(seen) for name, seen in found.windows.items()},
        }
    )


def _factor(factor: Any) -> dict[str, Any]:
    return {
        "what": factor.what, "layer": factor.layer, "term": plain(factor.term), "value": factor.value,
    }  # fmt: skip


def as_sent(line: Line, term: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "what": line.what,
        "stage": line.stage,
        "chapter": line.chapter,
        "layer": line.layer,
        "unit": line.unit,
        "left": line.left,
        "term": term,
        "value": short(line.value),
        "at": line.at and asdict(line.at),
        "notes": line.notes,
    }


def apply(id: str, samples: Sequence[int] | None, step: int | None) -> Report:
    """Raises: Refused, CannotTrain (the network is not at that step any more); then nothing has changed"""
    experiment = experiment_of(id)
    _require_step(experiment.step, step)
    experiment.apply(samples)
    return report(id)


def _require_step(now: int, step: int | None) -> None:
    if step is not None and step != now:
        raise CannotTrain(
            Reason(
                "went_on",
                "this is of step {step}, but the network has gone on to step {now}; look again",
                step=step,
                now=now,
            )
        )


def exercise(id: str, seed: int, level: int, solutions: bool) -> bytes:
    """Raises: Refused"""
    made = exercised(experiment_of(id), seed, level)
    blanks = {k: str(n + 1) for n, k in enumerate(made.blanks)}
    lines: list[dict[str, Any]] = []
    for k, (line, term) in enumerate(hidden(made)):
        said = as_sent(line, plain(line.term) if solutions else term)
        if k in blanks:
            said |= {"blank": blanks[k], "tolerance": tolerance(line)}
            if not solutions:
                said["value"] = None
        lines.append(said)
    return encoded(
        {
            "step": made.step,
            "seed": made.seed,
            "level": made.level,
            "samples": made.samples,
            "sample": made.sample,
            "blanks": list(blanks.values()),
            "lines": lines,
        }
    )


def check_exercise(
    id: str,
    seed: int,
    level: int,
    step: int | None,
    answers: Mapping[str, float],
    hints: Mapping[str, int],
) -> bytes:
    """Raises: Refused, CannotTrain"""
    experiment = experiment_of(id)
    _require_step(experiment.step, step)
    made = exercised(experiment, seed, level)
    found = marked(made, answers, hints)
    results = {
        str(n + 1): {
            "right": mark.right,
            "hint": None if mark.hint is None else hint(made.lines[k], mark.hint),
        }
        for n, (k, mark) in enumerate(zip(made.blanks, found, strict=True))
    }
    right = sum(mark.right for mark in found)
    return encoded({"results": results, "right": right, "of": len(found)})
