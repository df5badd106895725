"""One cache of compiled code for these sources, wherever they lie: a second checkout, an installed
wheel and the copy that tests build compile nothing anew.

Numba names its folders by the path of the source; ours is named by a digest of the sources already.
"""

from pathlib import Path

from numba.core.caching import UserProvidedCacheLocator

HERE = Path(__file__).parent


class Locator(UserProvidedCacheLocator):
    """Found by Numba through NUMBA_CACHE_LOCATOR_CLASSES, see `__init__`."""

    @classmethod
    def get_suitable_cache_subpath(cls, py_file: str) -> str:
        if Path(py_file).parent == HERE:
            return HERE.name
        return super().get_suitable_cache_subpath(py_file)
