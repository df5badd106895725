"""A race of 64 variants against the peers' way of searching the same grid, all cores, best of three.

    python -m tests.bench.races

2-8-8-8-3, tanh and softmax, SGD, batches of 10 of 300 samples, 2000 steps each: eight rates, eight seeds. Ours is the
study that the server's workers run, a worker a core; scikit-learn's is GridSearchCV over MLPClassifier with one split
and as many jobs; JAX's one vmap over all variants within one scan. Peers that are not installed are left out.
"""

import os
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from itertools import pairwise
from multiprocessing import get_context
from time import perf_counter
from typing import Any

import numpy as np

from app.threads import LIMITS
from engine.experiment import Experiment
from engine.optimizers import SGD
from engine.spec import NetworkSpec
from engine.studies import Share, race

RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0]
SEEDS = list(range(8))
STEPS, BATCH, HIDDEN = 2000, 10, (8, 8, 8)
CORES = os.cpu_count() or 1


def specs() -> list[NetworkSpec]:
    plain = NetworkSpec()
    return [
        replace(plain, optimizer=SGD(learning_rate=rate), seed=seed)
        for rate in RATES
        for seed in SEEDS
    ]


def share(number: int) -> float:
    """Seconds of training in one worker's share."""
    trained: dict[int, float] = {}
    for _, news in race(specs(), STEPS, share=Share(number, CORES)):
        trained |= {piece["k"]: piece["seconds"] for piece in news.get("variants", ())}
    return sum(trained.values())


def best(run: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of the fastest of three, after one that compiles."""
    found: list[tuple[float, Any]] = []
    for _ in range(4):
        begin = perf_counter()
        result = run()
        found.append((perf_counter() - begin, result))
    return min(found[1:], key=lambda one: one[0])


def single() -> float:
    """Seconds that one variant takes alone, mean over the rates."""
    alone = [Experiment(spec).trainer for spec in specs()[:: len(SEEDS)]]
    begin = perf_counter()
    for trainer in alone:
        trainer.train(STEPS)
    return (perf_counter() - begin) / len(alone)


def sklearn() -> None:
    from sklearn.model_selection import GridSearchCV
    from sklearn.neural_network import MLPClassifier

    data = Experiment(NetworkSpec()).dataset
    x, t = np.concatenate([data.inputs, data.test_inputs]), np.concatenate([data.targets, data.test_targets])  # fmt: skip
    split = [(np.arange(len(data.inputs)), np.arange(len(data.inputs), len(x)))]
    network = MLPClassifier(
        HIDDEN, activation="tanh", solver="sgd", momentum=0.0, alpha=0.0, batch_size=BATCH,
        max_iter=STEPS * BATCH // len(data.inputs), tol=0.0, n_iter_no_change=STEPS,
    )  # fmt: skip
    grid = {"learning_rate_init": RATES, "random_state": SEEDS}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        GridSearchCV(network, grid, cv=split, refit=False, n_jobs=CORES).fit(x, t)


def jax_vmap() -> Callable[[], None]:
    import jax
    import jax.numpy as jnp
    from jax import lax

    data = Experiment(NetworkSpec()).dataset
    x, t = jnp.asarray(data.inputs, jnp.float32), jnp.asarray(data.targets, jnp.int32)
    sizes = (2, *HIDDEN, 3)

    def loss(p: Any, rows: Any) -> Any:
        a = x[rows]
        for w, b in p[:-1]:
            a = jnp.tanh(a @ w + b)
        z = a @ p[-1][0] + p[-1][1]
        return -jax.nn.log_softmax(z)[jnp.arange(BATCH), t[rows]].mean()

    def one(seed: Any, rate: Any) -> Any:
        keys = jax.random.split(jax.random.key(seed), len(sizes))
        p = [
            (jax.random.normal(key, (a, b)) * a**-0.5, jnp.zeros(b))
            for key, (a, b) in zip(keys, pairwise(sizes), strict=False)
        ]
        order = jax.random.randint(keys[-1], (STEPS, BATCH), 0, len(x))

        def step(p: Any, rows: Any) -> Any:
            value, g = jax.value_and_grad(loss)(p, rows)
            return jax.tree.map(lambda w, d: w - rate * d, p, g), value

        return lax.scan(step, p, order)[1]

    seeds = jnp.asarray([seed for _ in RATES for seed in SEEDS])
    rates = jnp.asarray([rate for rate in RATES for _ in SEEDS], jnp.float32)
    every = jax.jit(jax.vmap(one))
    return lambda: every(seeds, rates).block_until_ready()


def main() -> None:
    os.environ |= dict.fromkeys(LIMITS, "1")  # a worker of the server has one thread, too
    single()  # compiles
    alone = min(single() for _ in range(5))
    with ProcessPoolExecutor(CORES, get_context("spawn")) as workers:
        whole, trained = best(lambda: sum(workers.map(share, range(CORES))))
    wanted = len(specs()) * alone / CORES
    print(f"one variant alone: {alone * 1e3:.1f} ms; times {len(specs())} over {CORES} cores: {wanted:.3f} s")  # fmt: skip
    print(f"race of {len(specs())}: {whole:.3f} s with pictures and measurements, of which training {trained / CORES:.3f} s a core ({trained / CORES / wanted:.2f} of that)")  # fmt: skip
    for name, make in {"sklearn": lambda: sklearn, "jax": jax_vmap}.items():
        if find_spec(name):
            took, _ = best(make())
            print(f"{name}: {took:.2f} s, {took / whole:.1f}x")


if __name__ == "__main__":
    main()
