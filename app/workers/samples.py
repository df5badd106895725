"""A dataset as it travels: as JSON for whoever asks, as a safetensors buffer for who draws it."""

import gzip
import json
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from math import prod
from typing import Any, Literal

import numpy as np
import orjson
from numpy.typing import NDArray
from safetensors.numpy import save

from engine.baselines import baseline
from engine.datasets import Dataset, OwnText
from engine.datasets.characters import one_form
from engine.weighting import ClassWeight, unbalanced

from .encoding import encoded

# Of one answer's samples. Who wants more asks again, from a later sample on.
MAX_NUMBERS = 400_000
# Images, sequences and lines of text that are seen at once.
IN_VIEW = 50
# What a network's answers are judged by: its loss, and how much each class counts in it.
Judged = tuple[str, ClassWeight]
_LARGEST = 2**31 - 1
_SCALES = [10.0**power for power in range(8)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which samples, of one part or of both, and whether the buffer is to be compressed."""

    first: int = 0
    count: int | None = None
    part: Literal["train", "test"] | None = None
    zipped: bool = False


def as_json(spec: Any, made: Dataset, judged: Judged, first: int, count: int | None) -> bytes:
    chosen = slice(first, first + _rows(made, count))
    return encoded(
        {
            **_described(spec, made, judged),
            "first": first,
            "inputs": made.inputs[chosen],
            "targets": _targets(made, made.targets[chosen]),
            "test_inputs": made.test_inputs[chosen],
            "test_targets": _targets(made, made.test_targets[chosen]),
            "identities": made.identities[chosen],
            "series": made.series,
            "positions": made.positions if made.positions is None else made.positions[chosen],
            "test_positions": (
                made.test_positions if made.test_positions is None else made.test_positions[chosen]
            ),
            "sources": made.sources if made.sources is None else made.sources[chosen],
            "test_sources": (
                made.test_sources if made.test_sources is None else made.test_sources[chosen]
            ),
        }
    )


def as_tensors(spec: Any, made: Dataset, judged: Judged, wanted: Wanted) -> bytes:
    """`inputs` and `test_inputs` of the samples asked for (of images, sequences and text those that are
    seen first, unless it says how many), and beside them, whole, whatever is one
    number a sample; all else as JSON in the header's metadata under "dataset".

    Of one part alone there are its samples and nothing else. Inputs are f32, as the network is given
    them. Those of a table are whole numbers where that tells all of it, the bytes of an int32 apart:
    u8 (columns, 4, samples). Column c is (inputs[c] / decimals[c] - mean[c]) / deviation[c], exactly, in
    half the bytes.
    """
    first, rows = wanted.first, _rows(made, wanted.count, wanted.part)
    told: dict[str, Any] = {"digest": digest(spec), "first": wanted.first}
    tensors: dict[str, NDArray[Any]] = {}
    scales = _decimals(made) if made.view == "table" else None
    seen = _seen_first(made) if wanted.count is None and wanted.part is None else {}
    for part, inputs, targets in (
        ("", made.inputs, made.targets),
        ("test_", made.test_inputs, made.test_targets),
    ):
        if wanted.part is not None and (wanted.part == "test") != (part == "test_"):
            continue
        chosen = slice(first, first + min(rows, seen.get(part, rows)))
        tensors[f"{part}inputs"] = (
            inputs[chosen] if scales is None else _whole(made, inputs[chosen], scales)
        )
        if made.per_step:
            tensors[f"{part}targets"] = targets[chosen]
        elif wanted.part is None:
            tensors[f"{part}targets"] = _targets(made, targets)
    if wanted.part is None:
        told |= {**_described(spec, made, judged), "decimals": scales}
        rest = {
            "series": made.series,
            "positions": made.positions,
            "test_positions": made.test_positions,
            "sources": made.sources,
            "test_sources": made.test_sources,
            # Only points can be erased.
            "identities": made.identities if made.view == "plane" else None,
        }
        tensors |= {name: array for name, array in rest.items() if array is not None}
    data = save(
        {name: _narrow(array) for name, array in tensors.items()},
        {"dataset": json.dumps(orjson.loads(encoded(told)))},
    )
    return gzip.compress(data, 6, mtime=0) if wanted.zipped else data


def _seen_first(made: Dataset) -> dict[str, int]:
    """Of images, sequences and text how many of each part, test samples before the others."""
    if made.view not in ("image", "sequence", "text"):
        return {}
    tests = min(IN_VIEW, len(made.test_inputs))
    return {"test_": tests, "": IN_VIEW - tests}


def _described(spec: Any, made: Dataset, judged: Judged) -> dict[str, Any]:
    """All but the arrays."""
    plane, words = made.plane, made.labels
    compared = baseline(made, *judged)
    timed = made.series is not None
    return {
        "kind": spec.kind,
        "view": made.view,
        "task": made.task,
        "columns": made.columns,
        "classes": made.classes,
        "class_names": made.class_names,
        "unbalanced": _unbalanced(made),
        "column_labels": made.column_labels,
        "class_labels": made.class_labels,
        "target_label": words.target,
        "unit": words.unit,
        "time_label": words.time,
        "series_name": words.series,
        "series_start": words.start if timed else None,
        "series_step": words.step if timed else None,
        "row_names": words.rows or None,
        "baseline": compared and asdict(compared),
        "one_form": changed(spec),
        "digest": digest(spec),
        "samples": len(made.inputs),
        "test_samples": len(made.test_inputs),
        "shape": made.shape,
        "vocabulary": made.vocabulary,
        "plane": plane and asdict(plane),
        "mean": made.mean.reshape(-1),
        "deviation": made.deviation.reshape(-1),
        "target_mean": made.target_mean,
        "target_deviation": made.target_deviation,
    }


def _unbalanced(made: Dataset) -> bool:
    """Of text every character is a class, and they are never alike in number: nothing to tell."""
    return bool(made.classes) and not made.per_step and unbalanced(made.targets, made.classes)


def changed(spec: Any) -> dict[str, int] | None:
    """What bringing a text of one's own to its one form has changed."""
    if not isinstance(spec, OwnText):
        return None
    found = one_form(spec.text)
    return {"line_ends": found.line_ends, "composed": found.composed}


def digest(spec: Any) -> str:
    """The same for the same data."""
    if isinstance(spec, OwnText):
        spec = replace(spec, text=one_form(spec.text).text)
    return sha256(repr(spec).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _rows(made: Dataset, count: int | None, part: str | None = None) -> int:
    """Samples of each part in one answer: as many as were asked for, and fit."""
    each = prod(made.shape) + (
        made.targets.size // max(1, len(made.targets)) if made.per_step else 1
    )
    fit = MAX_NUMBERS // each
    whole = max(len(made.inputs), len(made.test_inputs))
    if part is not None:
        whole = min(whole, fit)
    elif len(made.inputs) + len(made.test_inputs) > fit:
        whole = fit // 2
    return whole if count is None else min(whole, count)


def _targets(made: Dataset, targets: Any) -> Any:
    return targets if made.per_step or made.outputs > 1 else targets.reshape(-1)


def _narrow(array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    return np.ascontiguousarray(array, np.float32 if array.dtype.kind == "f" else np.int32)


def _decimals(made: Dataset) -> list[float] | None:
    """By column the power of ten that makes whole numbers of a table as it was before it was scaled;
    None where a column has none, or where not every bit of it comes back."""
    rows = np.concatenate([made.inputs, made.test_inputs])
    mean = np.broadcast_to(made.mean, made.shape)
    deviation = np.broadcast_to(made.deviation, made.shape)
    with np.errstate(over="ignore", invalid="ignore"):
        raw = rows * deviation + mean
    found: list[float] = []
    for c in range(rows.shape[1]):
        for scale in _SCALES:
            whole = np.rint(raw[:, c] * scale)
            if not (np.abs(whole) <= _LARGEST).all():  # nor is inf, or what is no number
                return None
            if np.array_equal((whole / scale - mean[c]) / deviation[c], rows[:, c]):
                found.append(scale)
                break
        else:
            return None
    return found


def _whole(made: Dataset, rows: NDArray[Any], scales: list[float]) -> NDArray[np.uint8]:
    """(columns, 4, samples): the lowest bytes of a column's int32 first, which are noise, then those
    that are nearly all the same."""
    whole = np.rint((rows * made.deviation + made.mean) * scales).astype("<i4").T
    split = np.ascontiguousarray(whole).view(np.uint8)
    return split.reshape(*whole.shape, 4).transpose(0, 2, 1)
