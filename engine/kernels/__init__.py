"""Compiled twins of the hot paths. They import nothing of the engine.

Numba keeps compiled code on disk but looks only at the file a function stands in, not at what it
calls; so the folder it keeps them in is named by a digest of all kernel sources and versions.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path


def cache_folder() -> Path:
    """Where Numba keeps what it compiled from these very sources."""
    if "NUMBA_CACHE_DIR" in os.environ:
        return Path(os.environ["NUMBA_CACHE_DIR"])
    digest = hashlib.sha256(sys.version.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "glassbox" / f"kernels-{digest.hexdigest()[:16]}"


# Read by Numba when it is first imported, so they must stand before any kernel module is.
os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder()))
os.environ.setdefault(
    "NUMBA_CACHE_LOCATOR_CLASSES",
    f"{__name__}.caching.Locator,InTreeCacheLocator,UserWideCacheLocator",
)


READY = "ready"  # a file that stands beside what was compiled, once all of it was
# Two halves that take about as long: compiled side by side where nothing is on the disk yet.
HALVES = (
    ("small dense networks", "large dense networks", "descent"),
    ("updates", "convolution", "pooling", "recurrent layers", "losses"),
)


def _pieces() -> dict[str, Callable[[], object]]:
    from .conv_layer import warm_conv
    from .descent import warm_descent
    from .mlp import train_blas, train_lanes, warm_arguments
    from .pooling import warm_pooling
    from .recurrent import warm_recurrent
    from .softmax import warm_softmax
    from .updates import warm_layers

    return {
        "small dense networks": lambda: train_lanes(*warm_arguments()),
        "large dense networks": lambda: train_blas(*warm_arguments()),
        "descent": warm_descent,
        "updates": warm_layers,
        "convolution": warm_conv,
        "pooling": warm_pooling,
        "recurrent layers": warm_recurrent,
        "losses": warm_softmax,
    }


def warm(report: Callable[[str, int, int], None]) -> None:
    """Compile, or load from disk, all that training in float32 and descent in float64 need.

    `report(what, done, of)` is called before each piece and once at the end.
    """
    pieces = _pieces()
    ready = cache_folder() / READY
    beside = None if ready.exists() or (os.cpu_count() or 1) < 2 else _begin_beside(HALVES[1])
    for done, (what, run) in enumerate(pieces.items()):
        if beside is not None and what in HALVES[1]:
            report(what, done, len(pieces))
            beside.wait()
            beside = None
        report(what, done, len(pieces))
        run()
    with suppress(OSError):  # where nothing can be kept, all is compiled at every start
        ready.touch()
    report("ready", len(pieces), len(pieces))


def _begin_beside(names: tuple[str, ...]) -> "subprocess.Popen[bytes] | None":
    """Another process that compiles these to the disk. What it does not get done is compiled here after all."""
    path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    try:
        return subprocess.Popen(
            [sys.executable, "-m", __name__, *names],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None


def compile_only(names: Sequence[str]) -> None:
    """These pieces alone, by their names."""
    pieces = _pieces()
    for name in names:
        pieces[name]()
