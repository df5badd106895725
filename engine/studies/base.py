"""What a study yields, and how its pieces become its result."""

from collections.abc import Iterator, Mapping
from typing import Any, ParamSpec, Protocol

from ..experiment import Experiment

P = ParamSpec("P")

# (the part that is done, from 0 to 1; what is new of the result)
Progress = tuple[float, Mapping[str, Any]]


class Study(Protocol[P]):
    """Raises: Refused, at the call, where it cannot be done"""

    def __call__(
        self, experiment: Experiment, /, *args: P.args, **kwargs: P.kwargs
    ) -> Iterator[Progress]: ...


def gather(result: dict[str, Any], news: Mapping[str, Any]) -> None:
    """Add a piece to a result: texts and lists grow at their end, anything else is replaced."""
    for name, value in news.items():
        old = result.get(name)
        if isinstance(old, list) and isinstance(value, list):
            old.extend(value)
        elif isinstance(old, str) and isinstance(value, str):
            result[name] = old + value
        else:
            result[name] = list(value) if isinstance(value, list) else value


__all__ = ["Progress", "Study", "gather"]
