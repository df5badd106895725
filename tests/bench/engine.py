"""The engine against its peers: one process each pinned to one core, one thread, float32, best of five.

    python -m tests.bench.engine [--write]

Peers that are not installed are left out. A step is forward, loss, backward, update. `--write` puts
the table into docs/bench.md.
"""

import json
import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

REPORT = Path(__file__).parent.parent.parent / "docs" / "bench.md"
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}  # fmt: skip

# name: sizes, activation, output, loss, optimizer, batch, samples, goal against JAX lax.scan
ROWS: dict[str, tuple[list[int], str, str, str, str, int, int, float]] = {
    "2-4-2-1 tanh, MSE, SGD, batch 10": ([2, 4, 2, 1], "tanh", "linear", "mse", "sgd", 10, 300, 5),
    "2-8-8-8-3 tanh, softmax, Adam, batch 32": (
        [2, 8, 8, 8, 3], "tanh", "softmax", "cross_entropy", "adam", 32, 320, 2),
    "64-128-64-10 relu, softmax, Adam, batch 128": (
        [64, 128, 64, 10], "relu", "softmax", "cross_entropy", "adam", 128, 1280, 1),
    "784-512-512-10 relu, softmax, Adam, batch 128": (
        [784, 512, 512, 10], "relu", "softmax", "cross_entropy", "adam", 128, 1280, 1),
}  # fmt: skip
PEERS = ["ours", "numpy form", "torch eager", "jax jit", "jax scan", "sklearn"]
PACKAGES = {"torch eager": "torch", "jax jit": "jax", "jax scan": "jax", "sklearn": "scikit-learn"}


def data(row: str) -> tuple[Any, Any]:
    sizes, _, output, _, _, _, samples, _ = ROWS[row]
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(samples, sizes[0])).astype(np.float32)
    if output == "softmax":
        targets = np.eye(sizes[-1], dtype=np.float32)[rng.integers(0, sizes[-1], samples)]
    else:
        targets = rng.normal(size=(samples, sizes[-1])).astype(np.float32)
    return inputs, targets


def best(run: Any, seconds: float = 0.4) -> float:
    """Microseconds a step: the best of five spans of at least so long.  run(steps) trains."""
    steps = 1
    run(1)
    while True:
        begin = perf_counter()
        run(steps)
        passed = perf_counter() - begin
        if passed > seconds / 4:
            break
        steps = max(steps * 2, int(steps * seconds / 4 / max(passed, 1e-9)))
    steps = max(1, int(steps * seconds / passed))
    times = []
    for _ in range(5):
        begin = perf_counter()
        run(steps)
        times.append((perf_counter() - begin) / steps)
    return min(times) * 1e6


def ours(row: str, compiled: bool = True) -> float:
    from engine import SGD, Adam, Dense, Network, Trainer
    from engine.layers import Output

    sizes, activation, output, loss, optimizer, batch, _, _ = ROWS[row]
    layers = [Dense(units=u, activation=activation) for u in sizes[1:-1]]  # type: ignore[arg-type]
    network = Network((sizes[0],), layers, Output(sizes[-1], output), loss)  # type: ignore[arg-type]
    kind = SGD(learning_rate=0.01) if optimizer == "sgd" else Adam()
    return best(Trainer(network, *data(row), kind, batch_size=batch, compiled=compiled).train)


def torch_eager(row: str) -> float:
    import torch

    torch.set_num_threads(1)
    sizes, activation, output, _, optimizer, batch, samples, _ = ROWS[row]
    parts: list[Any] = []
    for a, b in pairwise(sizes[:-1]):
        parts += [
            torch.nn.Linear(a, b),
            torch.nn.Tanh() if activation == "tanh" else torch.nn.ReLU(),
        ]
    model = torch.nn.Sequential(*parts, torch.nn.Linear(*sizes[-2:]))
    lossf = torch.nn.CrossEntropyLoss() if output == "softmax" else torch.nn.MSELoss()
    make = torch.optim.SGD if optimizer == "sgd" else torch.optim.Adam
    opt = make(model.parameters(), lr=0.01 if optimizer == "sgd" else 0.001)
    x, t = (torch.from_numpy(array) for array in data(row))
    if output == "softmax":
        t = t.argmax(dim=1)

    def run(steps: int) -> None:
        for i in range(steps):
            at = i * batch % samples
            opt.zero_grad()
            lossf(model(x[at : at + batch]), t[at : at + batch]).backward()
            opt.step()

    return best(run)


def jax_step(row: str) -> tuple[Any, Any, Any, Any]:
    import jax
    import jax.numpy as jnp

    sizes, activation, output, _, optimizer, batch, samples, _ = ROWS[row]
    rng = np.random.default_rng(1)
    params = [
        (
            jnp.asarray(rng.normal(size=(a, b), scale=a**-0.5), jnp.float32),
            jnp.zeros(b, jnp.float32),
        )
        for a, b in pairwise(sizes)
    ]
    f = jnp.tanh if activation == "tanh" else jax.nn.relu

    def loss(p: Any, x: Any, t: Any) -> Any:
        for w, b in p[:-1]:
            x = f(x @ w + b)
        z = x @ p[-1][0] + p[-1][1]
        if output == "softmax":
            return -(t * jax.nn.log_softmax(z)).sum(axis=1).mean()
        return ((z - t) ** 2).mean()

    x, t = (jnp.asarray(array) for array in data(row))
    batches = samples // batch
    x, t = x.reshape(batches, batch, -1), t.reshape(batches, batch, -1)
    zeros = jax.tree.map(jnp.zeros_like, params)

    def step(state: Any, i: Any) -> Any:
        p, m, v, n = state
        value, g = jax.value_and_grad(loss)(p, x[i % batches], t[i % batches])
        if optimizer == "sgd":
            return (jax.tree.map(lambda w, d: w - 0.01 * d, p, g), m, v, n), value
        n = n + 1
        m = jax.tree.map(lambda a, d: 0.9 * a + 0.1 * d, m, g)
        v = jax.tree.map(lambda a, d: 0.999 * a + 0.001 * d * d, v, g)
        c1, c2 = 1 - 0.9**n, 1 - 0.999**n
        p = jax.tree.map(lambda w, a, b: w - 0.001 * (a / c1) / (jnp.sqrt(b / c2) + 1e-8), p, m, v)
        return (p, m, v, n), value

    return step, (params, zeros, zeros, jnp.float32(0)), jax, jnp


def jax_jit(row: str) -> float:
    step, state, jax, _ = jax_step(row)
    compiled = jax.jit(step)
    kept = [state]

    def run(steps: int) -> None:
        now = kept[0]
        for i in range(steps):
            now, value = compiled(now, i)
        jax.block_until_ready(value)
        kept[0] = now

    return best(run)


def jax_scan(row: str) -> float:
    """Many steps in one call: the closest to what the compiled loop here does."""
    step, state, jax, jnp = jax_step(row)
    length = 2000 if ROWS[row][0][0] < 10 else 20
    many = jax.jit(lambda s: jax.lax.scan(step, s, jnp.arange(length)))
    kept = [state]

    def run(calls: int) -> None:
        now = kept[0]
        for _ in range(calls):
            now, values = many(now)
        jax.block_until_ready(values)
        kept[0] = now

    return best(run) / length


def sklearn(row: str) -> float:
    import warnings

    from sklearn.neural_network import MLPClassifier, MLPRegressor

    warnings.simplefilter("ignore")
    sizes, activation, output, _, optimizer, batch, _, _ = ROWS[row]
    x, t = data(row)
    make = MLPClassifier if output == "softmax" else MLPRegressor
    t = t.argmax(axis=1) if output == "softmax" else t.ravel()
    model = make(
        hidden_layer_sizes=sizes[1:-1],
        activation=activation,
        solver=optimizer,
        batch_size=batch,
        alpha=0,
    )
    options = {"classes": np.arange(sizes[-1])} if output == "softmax" else {}

    def run(steps: int) -> None:
        for i in range(steps):
            at = i * batch % len(x)
            model.partial_fit(x[at : at + batch], t[at : at + batch], **options)

    return best(run)


RUNS = {
    "ours": ours, "numpy form": lambda row: ours(row, compiled=False), "torch eager": torch_eager,
    "jax jit": jax_jit, "jax scan": jax_scan, "sklearn": sklearn,
}  # fmt: skip


def installed(peer: str) -> bool:
    try:
        return bool(version(PACKAGES[peer])) if peer in PACKAGES else True
    except PackageNotFoundError:
        return False


def measure(peer: str, row: str) -> float:
    """In a process of its own, pinned to the last core."""
    if hasattr(os, "sched_setaffinity"):
        pin = {"preexec_fn": lambda: os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})}
    else:
        pin = {}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.engine", "--one", peer, row],
        check=True, capture_output=True, text=True, env={**os.environ, **ONE_THREAD}, **pin,  # type: ignore[call-overload]
    )  # fmt: skip
    return float(done.stdout.split()[-1])


def main() -> None:
    if "--one" in sys.argv:
        peer, row = sys.argv[sys.argv.index("--one") + 1 :][:2]
        print(RUNS[peer](row))
        return
    peers = [peer for peer in PEERS if installed(peer)]
    figures = {row: {peer: measure(peer, row) for peer in peers} for row in ROWS}
    text = table(figures, peers)
    print(text)
    if "--write" in sys.argv:
        REPORT.write_text(text)
        print(json.dumps(figures))


def table(figures: dict[str, dict[str, float]], peers: list[str]) -> str:
    names = sorted({PACKAGES[p] for p in peers if p in PACKAGES} | {"numpy", "numba"})
    lines = [
        "# Bench",
        "",
        "Microseconds a step (forward, loss, backward, update), float32, every process pinned to one core and",
        "one thread, best of five, all in one run of `python -m tests.bench.engine --write`. Ratios travel,",
        "absolute times do not.",
        "",
        f"Machine: {platform.machine()}, {cpu()}, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in names) + ".",
        "",
        "| work | " + " | ".join(peers) + " | against the fastest peer |",
        "|---|" + "---|" * (len(peers) + 1),
    ]  # fmt: skip
    for row, found in figures.items():
        others = {p: v for p, v in found.items() if p not in ("ours", "numpy form")}
        ahead = ""
        if others:
            fastest = min(others, key=lambda p: others[p])
            ahead = f"{others[fastest] / found['ours']:.2f}x {fastest}"
            if "torch eager" in others:
                ahead += f", {others['torch eager'] / found['ours']:.0f}x torch eager"
        cells = " | ".join(
            f"{found[p]:.2f}" if found[p] < 100 else f"{found[p]:.0f}" for p in peers
        )
        lines.append(f"| {row} | {cells} | {ahead} |")
    return "\n".join(lines) + "\n"


def cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":")[1].strip()
    return platform.processor() or "unknown processor"


if __name__ == "__main__":
    main()
