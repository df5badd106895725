"""The engine against its peers: one process each pinned to one core, one thread, float32, best of five.

    python -m tests.bench.engine [--write] [--rows SUBSTRING] [--peers NAME,NAME] [--seconds S]

A step is forward, loss, backward, update. Peers that are not installed are left out; what a peer
cannot do, or not within two minutes, is a dash, and its reason goes to stderr. ConvNetJS is found
after `npm install --no-save convnetjs`. `--write` puts the table into docs/bench.md; `--seconds` is the
length of one of the five spans; `--peers none` measures the engine alone.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from app.threads import LIMITS

from . import ours, peers
from .rows import ROWS

REPORT = Path(__file__).parent.parent.parent / "docs" / "bench.md"
ONE_THREAD = {
    **dict.fromkeys(LIMITS, "1"),
    "TORCHINDUCTOR_COMPILE_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}  # fmt: skip
LIMIT_S = 120
OWN = {"ours": ours.ours, "numpy form": ours.numpy_form}
Figures = dict[str, dict[str, float | None]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.engine")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--rows", default="", help="only rows (and memory) whose name has this")
    parser.add_argument("--peers", default=",".join(peers.RUNS))
    parser.add_argument("--seconds", type=float, default=0.4)
    parser.add_argument(
        "--one", nargs=2, metavar=("PEER", "ROW"), help="in this process, pinned to the last core"
    )
    options = parser.parse_args()
    if options.one:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        print(json.dumps(one(*options.one, options.seconds)))
        return
    wanted = options.peers.split(",")
    columns = [*OWN, *(peer for peer in peers.RUNS if peer in wanted and peers.installed(peer))]
    figures: Figures = {
        row: {peer: measure(peer, row, options.seconds) for peer in columns}
        for row in ROWS
        if options.rows in row
    }
    # Twice: the first fills the cache of compiled code, whose making would count as memory.
    memory = {
        what: [measure("memory", what, options.seconds) for _ in range(2)][1]
        for what in ours.MEMORY
        if options.rows in what
    }
    text = report(figures, memory, columns)
    print(text)
    if options.write:
        REPORT.write_text(text)


def one(peer: str, row: str, seconds: float) -> Any:
    if peer == "memory":
        return ours.memory(row)
    return (OWN | peers.RUNS)[peer](ROWS[row], seconds)


def measure(peer: str, row: str, seconds: float) -> Any:
    """In a process of its own; None where that fails."""
    print(f"{peer}: {row}", file=sys.stderr, flush=True)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.engine", "--one", peer, row, "--seconds", str(seconds)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **ONE_THREAD},
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            out, error = process.communicate(timeout=LIMIT_S)
        except BaseException as stopped:
            # Its own children (compilers, Node) too.
            os.killpg(process.pid, signal.SIGKILL)
            if not isinstance(stopped, subprocess.TimeoutExpired):
                raise
            out, error = "", f"more than {LIMIT_S} s"
    if process.returncode:
        print(f"    none: {(error.strip() or 'failed').splitlines()[-1]}", file=sys.stderr)
        return None
    return json.loads(out.splitlines()[-1])


def report(figures: Figures, memory: dict[str, Any], columns: list[str]) -> str:
    packages = {peers.installed(peer) for peer in columns if peer not in OWN} | {
        f"{name} {version(name)}" for name in ("numpy", "numba")
    }
    lines = [
        "# Bench",
        "",
        "Microseconds a step (forward, loss, backward, update), float32, every process pinned to one core and",
        "one thread, best of five, all in one run of `python -m tests.bench.engine --write`. Ratios travel,",
        "absolute times do not. A dash is what a peer cannot do, or not within two minutes.",
        "",
        f"Machine: {platform.machine()}, {cpu()}, Python {platform.python_version()}, "
        + ", ".join(sorted(str(package) for package in packages)) + ".",
        "",
        "| work | " + " | ".join(columns) + " | against the fastest peer | goal | |",
        "|---|" + "---|" * (len(columns) + 3),
    ]  # fmt: skip
    for row, found in figures.items():
        cells = " | ".join(cell(found[peer]) for peer in columns)
        lines.append(f"| {row} | {cells} | {' | '.join(verdict(row, found))} |")
    if "torch eager" in columns:
        lines += ["", *WORK]
    if memory:
        lines += ["", *memory_table(memory)]
    return "\n".join(lines) + "\n"


WORK = [
    "Every peer is in the fastest form found for it: PyTorch with fused optimizers and channels last, its GRU and",
    "simple RNN compiled whole; JAX with pooling as a maximum over a reshape and the inputs' share of a",
    "recurrent layer ahead of its loop. Peers read their batches in order; ours shuffles every epoch and gathers.",
    "Text comes one-hot. ConvNetJS counts in float64 and has no Adam; there it makes the lighter steps of SGD.",
]


def verdict(row: str, found: dict[str, float | None]) -> tuple[str, str, str]:
    """Ours against the fastest peer (and PyTorch), the goal, and whether it is met."""
    goal = f"{ROWS[row].goal:g}x"
    mine = found["ours"]
    others = {peer: time for peer, time in found.items() if peer not in OWN and time is not None}
    if mine is None or not others:
        return "—", goal, "not measured"
    fastest = min(others, key=lambda peer: others[peer])
    ratio = others[fastest] / mine
    ahead = f"{ratio:.2f}x {fastest}"
    if "torch eager" in others and fastest != "torch eager":
        against_torch = others["torch eager"] / mine
        ahead += f", {against_torch:.{0 if against_torch >= 10 else 1}f}x torch eager"
    return ahead, goal, "met" if ratio >= ROWS[row].goal else "not met"


def memory_table(memory: dict[str, Any]) -> list[str]:
    lines = [
        "Memory beyond imports and loaded kernels, in MB. The peak counts data, weights and optimizer;",
        "growth is from the first tenth of the steps to the end.",
        "",
        "| work | resident | tracemalloc | goal | |",
        "|---|---|---|---|---|",
    ]
    for what, found in memory.items():
        limit = ours.MEMORY[what]
        if found is None:
            lines.append(f"| {what} | — | — | under {limit:g} | not measured |")
            continue
        resident, traced = found
        peak = what == ours.PEAK
        judged = resident if peak else traced
        lines.append(
            f"| {what} | {resident:.1f} | {'' if peak else f'{traced:.3f}'} | under {limit:g}"
            f"{'' if peak else ' (tracemalloc)'} | {'met' if judged < limit else 'not met'} |"
        )
    return lines


def cell(time: float | None) -> str:
    return "—" if time is None else f"{time:.2f}" if time < 100 else f"{time:.0f}"


def cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":")[1].strip()
    return platform.processor() or "unknown processor"


if __name__ == "__main__":
    main()
