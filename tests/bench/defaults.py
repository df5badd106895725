"""Every kind of data with what suits it, played for ten seconds of its own pace.

    python -m tests.bench.defaults [--write] [KIND ..]

Updates are counted, not seconds, so that a faster machine shows the same learning; only the last
column is its own. `--write` puts the table into docs/defaults.md.
"""

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from engine import Experiment, NetworkSpec
from engine.baselines import Baseline, baseline
from engine.datasets import DATASETS
from engine.suits import recipe
from tests.data import FILLED

REPORT = Path(__file__).parent.parent.parent / "docs" / "defaults.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
SECONDS = 10
LOOKS = 20
SEEDS = (0, 1, 2)
# The recipes were chosen by what they did from SEEDS on the first draw of the data (on the plane
# from 0 to 4), its test part included. These had no say in it: (network's seed, data's seed)
UNSEEN = {"other weights": [(s, 0) for s in range(10, 15)], "other data": [(0, d) for d in range(1, 6)]}  # fmt: skip
# There is nothing to play before somebody draws or uploads, and nothing to compare in one sample.
KINDS = [kind for kind in FILLED if kind != "worked_example"]


@dataclass(frozen=True, slots=True)
class Played:
    """A run and what was seen of it. The test figures are the training part's where there is no
    test part."""

    kind: str
    network: str
    pace: int
    steps: list[int]
    test_losses: list[float]
    metric: float
    test_metric: float
    test_metrics: list[float]
    compared: Baseline
    # The loss of a perfect answer: a Poisson loss is not 0 where everything is known.
    least: float
    us: float

    @property
    def best(self) -> int:
        """Which look saw the lowest test loss."""
        return int(np.argmin(self.test_losses))

    @property
    def baseline(self) -> float:
        """The baseline's metric on the part that the test figures are of."""
        found = self.compared.test_metric
        return found if found is not None else self.compared.metric or 0.0

    @property
    def worse(self) -> float:
        """The last test loss over the best, both less the least there is."""
        return (self.test_losses[-1] - self.least) / (self.test_losses[self.best] - self.least)


@threadpool_limits.wrap(limits=1)  # as a worker has it
def played(kind: str, seed: int, seconds: float = SECONDS, data_seed: int = 0) -> Played:
    """Trained for as many updates as its pace makes in that time."""
    data, suited = DATASETS[kind](seed=data_seed), recipe(DATASETS[kind])
    run = Experiment(NetworkSpec(dataset=data, seed=seed, **suited.parts()))
    whole = round(seconds * suited.pace)
    marks = [max(1, whole * (i + 1) // LOOKS) for i in range(LOOKS)]
    losses, metrics, spent, quality = [], [], 0.0, 0.0
    for mark in marks:
        begin = perf_counter()
        run.train(mark - run.step)
        spent += perf_counter() - begin
        seen = run.measure()
        quality, test_quality = (v for v in list(seen.metrics.values())[:2])
        losses.append(seen.loss if seen.test_loss is None else seen.test_loss)
        metrics.append(quality if test_quality is None else test_quality)
    assert run.diverged is None, (kind, seed, run.diverged)
    compared = baseline(run.dataset, suited.loss)
    assert compared is not None
    t = run.dataset.test_targets
    least = float((t - t * np.log(np.maximum(t, 1))).mean()) if suited.loss == "poisson" else 0.0
    return Played(
        kind, network_of(suited.layers), suited.pace, marks, losses, quality or 0.0, metrics[-1],
        metrics, compared, least, spent / whole * 1e6,
    )  # fmt: skip


def network_of(layers: tuple[Any, ...]) -> str:
    """As one would say it: 8, 8 tanh; conv 8, max pool."""
    names = []
    for layer in layers:
        size = next((getattr(layer, n) for n in ("units", "filters", "output_dim", "rate") if hasattr(layer, n)), "")  # fmt: skip
        kind = layer.kind.replace("_", " ").replace("2d", "")
        names.append(f"{layer.activation} {size}" if kind == "dense" else f"{kind} {size}".strip())
    return ", ".join(names) or "one linear unit"


def row(runs: list[Played]) -> str:
    """Of all seeds: the mean at the end, the worst in brackets."""
    first, worst = runs[0], max(runs, key=lambda r: r.worse)
    part = len(first.steps) // SECONDS
    early = [np.mean([r.test_metrics[s * part - 1] for r in runs]) for s in (1, 2, 5)]
    cells = [
        first.kind, first.network, str(first.pace), str(first.steps[-1]),
        *(f"{value:.2f}" for value in early),
        f"{np.mean([r.metric for r in runs]):.3f}",
        f"{np.mean([r.test_metric for r in runs]):.3f} ({min(r.test_metric for r in runs):.3f})",
        f"{np.mean([r.test_losses[-1] for r in runs]):.4f}",
        f"{worst.test_losses[worst.best]:.4f} at {worst.steps[worst.best]}, x {worst.worse:.2f}",
        f"{first.compared.kind} {first.baseline:.3f}",
        f"{min(r.us for r in runs):.0f}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


HEAD = """| data | hidden layers | pace | steps | test after 1 s | 2 s | 5 s | train after 10 s | test after 10 s (worst) | test loss | lowest of the worst run | baseline, test | µs an update |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"""


UNSEEN_HEAD = """| data | other weights: test (worst) | ended above 1.3 x its lowest | other data: test (worst) | ended above 1.3 x its lowest |
|---|--:|--:|--:|--:|"""


def unseen(kind: str) -> str:
    """How many of five runs ended too far above their lowest test loss, and by how much the worst."""
    cells = [kind]
    for pairs in UNSEEN.values():
        runs = [played(kind, seed, data_seed=data) for seed, data in pairs]
        tests, worse = [run.test_metric for run in runs], [run.worse for run in runs]
        cells += [
            f"{np.mean(tests):.3f} ({min(tests):.3f})",
            f"{sum(w > 1.3 for w in worse)} of {len(runs)}, x {max(worse):.2f}",
        ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.defaults")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(KINDS)}")
    options = parser.parse_args()
    rows, others = [HEAD], [UNSEEN_HEAD]
    print(HEAD)
    for kind in options.kinds or KINDS:
        played(kind, 0, 0.1)  # compiles
        rows.append(row([played(kind, seed) for seed in SEEDS]))
        print(rows[-1], flush=True)
    print(f"\n{UNSEEN_HEAD}")
    for kind in options.kinds or KINDS:
        others.append(unseen(kind))
        print(others[-1], flush=True)
    if options.write:
        text = REPORT.read_text(encoding="utf-8")
        said = f"`python -m tests.bench.defaults --write`, {datetime.now(UTC):%Y-%m-%d}."
        before, after = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
        tables = "\n".join([*rows, "", "## Where nothing was chosen", "", *others])
        REPORT.write_text(f"{before}\n{said}\n\n{tables}\n{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
