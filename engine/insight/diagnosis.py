"""What ails a network, with the figure that says so. A healthy one has no findings."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..experiment import Experiment
from . import causes, of_data, symptoms
from .exam import Exam
from .findings import Finding, Remedy, finding
from .health import Health, measured
from .remedies import remedies


@dataclass(frozen=True, slots=True)
class Diagnosis:
    step: int
    findings: list[Finding]
    measured: dict[str, Health]


def diagnose(experiment: Experiment) -> list[Finding]:
    """Causes first (the data, how it starts, how fast it goes, what holds it), then the signs of
    them: vanishing and exploding gradients, dead and saturated units, overfitting, plateau. Measured on up
    to 64 training samples as the next update would see them, and from the run."""
    return examine(experiment).findings


def examine(experiment: Experiment) -> Diagnosis:
    """`diagnose`, with what was measured of every layer."""
    findings = [*_divergence(experiment)]
    layers: dict[str, Health] = {}
    exam = Exam(experiment)
    if experiment.trainer.samples:
        with np.errstate(all="ignore"):
            layers = measured(exam.made)
            findings += _found(exam, layers)
    found = [replace(one, remedies=remedies(one, experiment)) for one in findings]
    return Diagnosis(experiment.step, found, layers)


def _divergence(experiment: Experiment) -> Iterator[Finding]:
    found = experiment.diverged
    if found is not None:
        yield finding(
            "diverged", found.layer, float(found.step), None,
            step=found.step, what=found.what, value=found.value,
        )  # fmt: skip


def _found(exam: Exam, layers: dict[str, Health]) -> Iterator[Finding]:
    diverged = exam.trainer.diverged is not None
    yield from of_data.missing_class(exam)
    yield from of_data.leak(exam)
    yield from of_data.shuffled_labels(exam)
    yield from of_data.unscaled(exam)
    yield from causes.symmetry(exam)
    yield from causes.batch_norm_batch(exam)
    yield from causes.l2_too_strong(exam)
    yield from causes.no_bias(exam)
    yield from causes.too_fast(exam, layers)
    yield from symptoms.units(layers)
    yield from symptoms.depth(layers)
    yield from symptoms.time(exam.experiment, layers)
    if not diverged:
        yield from causes.too_slow(exam)
        yield from of_data.too_little_data(exam)
        yield from symptoms.overfitting(exam)
        yield from symptoms.plateau(exam)


__all__ = ["Diagnosis", "Finding", "Health", "Remedy", "diagnose", "examine"]
