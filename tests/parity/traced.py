"""Updates whose every number is compared with PyTorch: the article's network, and twenty drawn ones
over all kinds of layers and optimizers."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

from engine import Experiment
from engine.layers import LAYERS
from engine.optimizers import OPTIMIZERS
from engine.presets import PRESETS
from engine.trainer import Trainer

from .cases import Case
from .stacks import CASES
from .tables import OPTIMIZER_CASES

BEFORE = 2  # updates made before the one compared: slots are not empty then
DRAWN = 20
PRESETS_TRACED = ("article_bp", "worked_example")


def traced() -> Iterator[tuple[str, Trainer]]:
    """By name: a trainer in float64 and NumPy, at its start."""
    for name in PRESETS_TRACED:
        yield name, Experiment(PRESETS[name].spec, dtype=np.float64, compiled=False).trainer
    rng = np.random.default_rng(2026)
    kinds, optimizers = list(LAYERS), list(OPTIMIZERS)
    for j in range(DRAWN):
        kind, optimizer = kinds[j % len(kinds)], optimizers[j % len(optimizers)]
        stacks = CASES[kind]
        stack = stacks[int(rng.integers(len(stacks)))]
        settings = OPTIMIZER_CASES[optimizer]
        chosen = settings[int(rng.integers(len(settings)))]
        case = Case(
            f"{j + 1}: {kind}, {stack.name}; {optimizer}", stack.layers, stack.input_shape,
            stack.vocabulary, stack.loss, stack.output, outputs=3, optimizer=chosen,
            batch=int(rng.integers(1, 6)), seed=int(rng.integers(1000)), l2=0.01,
        )  # fmt: skip
        yield case.name, case.trainer(np.float64, compiled=False)


def as_experiment(trainer: Trainer) -> Any:
    """What a look at an update needs of an experiment."""
    inputs = trainer.inputs
    dataset = SimpleNamespace(
        classes=0, view="table", inputs=inputs, mean=np.zeros(1), deviation=np.ones(1)
    )
    return SimpleNamespace(
        trainer=trainer, network=trainer.network, dataset=dataset, input_names=()
    )
