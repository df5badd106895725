"""What those who watch a network see of its inside, as arrays, between its slices of training."""

import logging
from collections.abc import Sequence
from math import prod
from time import perf_counter, thread_time
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from engine.errors import Refused
from engine.experiment import Experiment
from engine.insight.unrolled import arrays_of, numbers_of, unrolled
from engine.limits import keep_answer

from ..wire import arrays_to_bytes
from .messages import Look, Looked
from .shelf import Counted, Kept, kept_of

log = logging.getLogger(__name__)

Arrays = dict[str, NDArray[Any]]

# Counting looks at hundreds of samples: at most one part of so many of the time, and while the
# network plays no more often than this.
COUNTED_SHARE = 10
COUNT_EVERY_S = 0.5


def looks(id: str, wanted: Sequence[Look]) -> list[Looked]:
    """What each shows of the network as it stands."""
    kept = kept_of(id)
    return [seen(kept, look, playing=False) for look in wanted]


def seen(kept: Kept, look: Look, *, playing: bool) -> Looked:
    """One look. What is wrong with it is told and not raised: watching must not stop training."""
    begin = thread_time()
    try:
        figures, arrays, behind = _seen(kept, look, playing)
        return Looked(figures, arrays_to_bytes(arrays), thread_time() - begin, behind)
    except Refused as error:
        return Looked({}, b"", thread_time() - begin, refused=error)
    except Exception:
        log.exception("a look failed")
        return Looked({}, b"", thread_time() - begin)


def _seen(kept: Kept, look: Look, playing: bool) -> tuple[dict[str, Any], Arrays, bool]:
    """Raises: Refused"""
    experiment = kept.experiment
    _keep_affordable(experiment, look)
    arrays: Arrays = {}
    row = _one(experiment, look)
    if row is not None:
        for name, cache in experiment.activations_scaled(row, "look.sample").items():
            arrays |= {f"{of}.{name}": _floats(array[0]) for of, array in cache.items()}
        if look.unrolled and look.sample is not None:
            target = experiment.dataset.target_of(*look.sample)
            seen = unrolled(experiment, row, known=target, quick=True, place="look.sample")
            arrays |= arrays_of(seen)
    for i, (part, numbers) in enumerate(look.outputs):
        place = f"look.outputs.{i}"
        rows = _samples(experiment, part, numbers, place)
        arrays[f"outputs.{i}"] = _floats(experiment.predict_scaled(rows, place))
    figures: dict[str, Any] = {
        "revision": experiment.revision,
        "step": experiment.trainer.step,
        "epoch": experiment.trainer.epoch,
        "confusion_step": None,
    }
    counted = _counted(kept, playing) if look.confusion else None
    if counted is not None:
        figures["confusion_step"] = counted.step
        for part, counts in counted.counts.items():
            arrays[f"confusion.{part}"] = np.array(counts, np.int32)
    behind = counted is not None and counted.step != experiment.trainer.step
    return figures, arrays, behind


def _keep_affordable(experiment: Experiment, look: Look) -> None:
    """What one answer may hold and one request may take, of the whole look.  Raises: Refused"""
    network = experiment.network
    rows = sum(len(numbers) for _, numbers in look.outputs)
    numbers = rows * prod(network.shapes[-1])
    if look.sample is not None or look.inputs is not None:
        numbers += sum(prod(shape) for shape in network.shapes[1:])
        rows += 1
    if look.unrolled:  # there and back
        numbers += numbers_of(network)
        rows += 3
    keep_answer(rows, numbers, rows * network.work, "look")


def _one(experiment: Experiment, look: Look) -> Any:
    """The sample that every layer is looked at with, as the dataset scales it.  Raises: Refused"""
    if look.inputs is not None:
        try:
            image = experiment.dataset.view == "image"
            scaled = image if look.scaled is None else look.scaled
            return experiment.columns_of([orjson.loads(look.inputs)], scaled=scaled)
        except Refused as error:
            raise error.within("look.sample") from error
    if look.sample is None:
        return None
    part, number = look.sample
    return _samples(experiment, part, (number,), "look.sample")


def _samples(experiment: Experiment, part: Any, numbers: Sequence[int], place: str) -> Any:
    """Raises: Refused"""
    try:
        return experiment.dataset.samples_of(part, numbers)
    except Refused as error:
        raise Refused(place, error.reason) from error


def _floats(array: Any) -> NDArray[np.float32]:
    return np.asarray(array, np.float32)


def _counted(kept: Kept, playing: bool) -> Counted | None:
    """The confusion, counted again where it is due, or where the last is of another network."""
    experiment, last = kept.experiment, kept.counted
    step, measures = experiment.trainer.step, experiment.last_measured[1]
    begin = perf_counter()
    if last is not None:
        if last.step == step and last.measures is measures:  # the very same state
            return last
        pause = max(last.seconds * COUNTED_SHARE, COUNT_EVERY_S if playing else 0.0)
        same = last.revision == experiment.revision and last.step < step
        if same and begin - last.at < pause:
            return last
    counts = experiment.confusion()
    if counts is None:
        kept.counted = None
    else:
        kept.counted = Counted(
            step, experiment.revision, measures, counts, begin, perf_counter() - begin
        )
    return kept.counted
