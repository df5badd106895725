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


# Read by Numba when it is first imported, so it must stand before any kernel module is.
os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder()))


def warm(report: Callable[[str, int, int], None]) -> None:
    """Compile, or load from disk, all that training in float32 needs.

    `report(what, done, of)` is called before each piece and once at the end.
    """
    from .mlp import train_blas, train_lanes, warm_arguments

    pieces = [("small dense networks", train_lanes), ("large dense networks", train_blas)]
    for done, (what, kernel) in enumerate(pieces):
        report(what, done, len(pieces))
        kernel(*warm_arguments())
    report("ready", len(pieces), len(pieces))
