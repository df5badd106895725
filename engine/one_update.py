"""One update on samples of one's own choice, outside of a trainer's own order."""

from math import isfinite

import numpy as np
from numpy.typing import NDArray

from .trainer import Trainer


def make_update(trainer: Trainer, rows: NDArray[np.int64]) -> float | None:
    """One update with those samples as its batch, in NumPy, to the bit as `insight.trace` shows it. It
    counts as a step; the order of the epoch stays. Returns the batch loss before it.

    None where the loss or a weight would not be finite: then nothing has changed.
    """
    twin = trainer.twin()
    with np.errstate(all="ignore"):
        loss = twin.network.loss_and_gradient(
            twin.vector,
            twin.gradient,
            twin.inputs[rows],
            twin.targets[rows],
            twin.passes_ahead(),
        )
        if not (twin.finish_update() and isfinite(loss)):
            return None
    twin.state.step += 1
    trainer.state = twin.state
    return loss
