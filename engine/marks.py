"""What was changed within a run, and when: the settings that differ between two specs, by their paths."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

MAX_MARKS = 200
# A value longer than this, as it is written, is named and not told: points, a text of one's own.
MAX_VALUE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Mark:
    """At `step`, the settings `what` ("optimizer.learning_rate", ..) went from `before` to `after`;
    two None stand for values too long to be told."""

    step: int
    what: tuple[str, ...]
    before: tuple[Any, ...]
    after: tuple[Any, ...]

    def joined(self, later: "Mark") -> "Mark":
        """Both changes as one; what came back to where it was is none."""
        pairs = dict(zip(self.what, zip(self.before, self.after, strict=True), strict=True))
        for path, before, after in zip(later.what, later.before, later.after, strict=True):
            first, last = pairs.get(path, (before, after))
            untold = (None, None) in ((first, last), (before, after))
            pairs[path] = (None, None) if untold else (first, after)
            if not untold and first == after:
                del pairs[path]
        return replace(
            self,
            what=tuple(pairs),
            before=tuple(first for first, _ in pairs.values()),
            after=tuple(last for _, last in pairs.values()),
        )


def mark_of(step: int, before: Any, after: Any) -> Mark:
    """Of two specs, records of settings."""
    found = list(_differences("", before, after))
    told = [_told(was, now) for _, was, now in found]
    return Mark(
        step,
        tuple(path for path, _, _ in found),
        tuple(was for was, _ in told),
        tuple(now for _, now in told),
    )


def _differences(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """(path, before, after) of every leaf that differs. Where a kind changes, what only one of the
    two kinds has is part of that."""
    if is_dataclass(before) and is_dataclass(after):
        known = {field.name for field in fields(after)}
        for name in (field.name for field in fields(before) if field.name in known):
            inner = f"{path}.{name}" if path else name
            yield from _differences(inner, getattr(before, name), getattr(after, name))
    elif (was := _lists(before)) is not None and (now := _lists(after)) is not None:
        for name in sorted(was.keys() | now.keys()):
            yield from _differences(f"{path}.{name}", was.get(name, ()), now.get(name, ()))
    elif pairs := _records(before, after):
        for i, (one, other) in enumerate(pairs):
            yield from _differences(f"{path}.{i}", one, other)
    elif before != after:
        yield path, before, after


def _records(before: Any, after: Any) -> list[tuple[Any, Any]]:
    """Two lists of as many records, as layers are, side by side; nothing where they are none."""
    if not (isinstance(before, tuple) and isinstance(after, tuple)) or len(before) != len(after):
        return []
    pairs = list(zip(before, after, strict=True))
    return pairs if all(is_dataclass(one) and is_dataclass(now) for one, now in pairs) else []


def _lists(value: Any) -> dict[str, tuple[int, ...]] | None:
    """Short lists by name, as units by layer are; tables of numbers are none."""
    if not isinstance(value, dict):
        return None
    found = cast(dict[str, tuple[int, ...]], value)
    plain = all(all(isinstance(n, int) for n in one) for one in found.values())
    return found if plain else None


def _told(*values: Any) -> tuple[Any, ...]:
    """Plain values and short lists of them as JSON has them; all None where one of them is none."""
    plain = [list(value) if isinstance(value, tuple) else value for value in values]
    for value in plain:
        each = value if isinstance(value, list) else [value]
        if not all(one is None or isinstance(one, str | int | float) for one in each):
            return (None,) * len(values)
        if len(json.dumps(value)) > MAX_VALUE_LENGTH:
            return (None,) * len(values)
    return tuple(plain)


class Marks(list[Mark]):
    """Those of a run, in order; where they grow many the first ones go."""

    def put(self, mark: Mark) -> None:
        """Changes at one step are one mark: a slider that is dragged leaves no trail."""
        if self and self[-1].step == mark.step:
            mark = self.pop().joined(mark)
        if mark.what:
            self.append(mark)
            del self[:-MAX_MARKS]

    def cut(self, step: int) -> None:
        """Away with those after `step`."""
        self[:] = [mark for mark in self if mark.step <= step]

    def as_records(self) -> list[dict[str, Any]]:
        return [
            {"step": m.step, "what": list(m.what), "before": list(m.before), "after": list(m.after)}
            for m in self
        ]

    def array(self) -> NDArray[np.uint8]:
        """For a checkpoint."""
        return np.frombuffer(json.dumps(self.as_records()).encode(), np.uint8)

    @classmethod
    def of_array(cls, array: NDArray[Any]) -> "Marks":
        """The counterpart of `array`."""
        return cls(
            Mark(m["step"], tuple(m["what"]), tuple(m["before"]), tuple(m["after"]))
            for m in json.loads(array.astype(np.uint8).tobytes())
        )
