"""Compiled twins of the hot paths. They import nothing of the engine.

Numba keeps compiled code on disk but looks only at the file a function stands in, not at what it
calls; so the folder it keeps them in is named by a digest of all kernel sources and versions.
"""

import hashlib
import os
import sys
from collections.abc import Callable
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


def warm(report: Callable[[str, int, int], None]) -> None:
    """Compile, or load from disk, all that training in float32 needs.

    `report(what, done, of)` is called before each piece and once at the end.
    """
    from .conv_layer import warm_conv
    from .descent import warm_descent
    from .mlp import train_blas, train_lanes, warm_arguments
    from .pooling import warm_pooling
    from .recurrent import warm_recurrent
    from .softmax import warm_softmax
    from .updates import warm_layers

    pieces: list[tuple[str, Callable[[], object]]] = [
        ("small dense networks", lambda: train_lanes(*warm_arguments())),
        ("large dense networks", lambda: train_blas(*warm_arguments())),
        ("updates", warm_layers),
        ("convolution", warm_conv),
        ("pooling", warm_pooling),
        ("recurrent layers", warm_recurrent),
        ("losses", warm_softmax),
        ("descent", warm_descent),
    ]
    for done, (what, run) in enumerate(pieces):
        report(what, done, len(pieces))
        run()
    report("ready", len(pieces), len(pieces))
