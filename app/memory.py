"""What the process has let go, back to the operating system: the C library keeps it for itself otherwise,
and one busy minute would be paid for ever."""

import ctypes
import gc
import sys
from typing import Any

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3


def _library() -> Any:
    """glibc; None elsewhere."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") else None


def keep_little() -> None:
    """Large blocks are given back as soon as they are free; glibc would raise that size as it sees fit."""
    library = _library()
    if library is not None:
        library.mallopt(M_MMAP_THRESHOLD, 65_536)
        library.mallopt(M_TRIM_THRESHOLD, 131_072)


def settle() -> None:
    """What is there when it has started stays: it is not looked through again whenever lists that came
    in are tidied up, which would hold up answers for a tenth of a second."""
    gc.collect()
    gc.freeze()


def unsettle() -> None:
    gc.unfreeze()


def give_back() -> None:
    """A few milliseconds."""
    gc.collect()
    library = _library()
    if library is not None:
        library.malloc_trim(0)
