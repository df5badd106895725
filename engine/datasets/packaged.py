"""The figures of scikit-learn's data sets, read from the files that its package brings."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ..errors import Reason, Refused
from .base import Array


@cache
def read(name: str) -> tuple[Array, Array, tuple[str, ...]]:
    """A file of scikit-learn's: numbers (rows, columns), classes (rows,), names of the classes.

    The arrays are shared and cannot be written to.

    Raises: Refused
    """
    # Importing sklearn.datasets for four small files would cost every process a second and 50 MB;
    # finding where a package lies doesn't run it.
    found = find_spec("sklearn")
    if found is None or not found.submodule_search_locations:
        raise Refused(
            "kind",
            Reason(
                "data.not_installed",
                "this data set comes with {package}, which is not installed; install it with pip "
                "install {package}",
                package="scikit-learn",
            ),
        )
    path = Path(found.submodule_search_locations[0]) / "datasets" / "data" / name
    try:
        # The csv.gz has no header; the others begin with rows, columns and the classes' names.
        header = () if name.endswith(".gz") else tuple(_first_line(path).split(",")[2:])
        rows = np.loadtxt(path, delimiter=",", skiprows=1 if header else 0, ndmin=2)
    except (OSError, ValueError) as error:
        raise Refused(
            "kind",
            Reason(
                "data.unreadable",
                "the installed {package} has no readable {file} ({error}); install the version that "
                "Glassbox's lock file names",
                package="scikit-learn",
                file=name,
                error=type(error).__name__,
            ),
        ) from error
    inputs, targets = rows[:, :-1], rows[:, -1].astype(np.int64)
    for array in (inputs, targets):
        array.setflags(write=False)
    return inputs, targets, header


def _first_line(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.readline().strip()
