"""How many threads a process does its sums in. Imports nothing: it must be asked before NumPy is imported."""

import os

# One process per core trains, and tests run in several: threads of one product would only fight over the same
# cores, wait milliseconds for what takes microseconds, and add numbers up in an order of their own.
LIMITS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def hold_to_one() -> None:
    """For this process where NumPy is not there yet, and for all that it starts."""
    for name in LIMITS:
        os.environ.setdefault(name, "1")
