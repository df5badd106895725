"""The one exception for what cannot be: a spec, data, a question asked of a network.

Only this becomes a refusal on the wire (422). Any other exception is a fault of ours.
"""

import re

_FIELD = re.compile(r"\{(\w+)\}")

Value = str | int | float


class Reason:
    """Why something cannot be, for people and for programs: `Reason("table.too_wide", "{columns} columns,
    at most {most}", columns=120, most=100)`.

    `code` is stable and names the case: whoever says it in another language has words for the code and
    puts the `values` into them. str() is the sentence in English.
    """

    __slots__ = ("code", "template", "values")

    def __init__(self, code: str, template: str, /, **values: Value) -> None:
        self.code = code
        self.template = template
        self.values = values

    def knowing(self, **values: Value) -> "Reason":
        """The same with more values, which its sentence may have left to be said."""
        return Reason(self.code, self.template, **{**self.values, **values})

    def __str__(self) -> str:
        return _FIELD.sub(lambda m: str(self.values.get(m[1], m[0])), self.template)

    def __repr__(self) -> str:
        return f"Reason({self.code!r}, {str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Reason):
            return NotImplemented
        return (self.code, self.values, str(self)) == (other.code, other.values, str(other))

    def __hash__(self) -> int:
        return hash((self.code, str(self)))

    def __reduce__(self) -> tuple[object, ...]:
        return (_reason, (self.code, self.template, self.values))


class Refused(ValueError):
    """`reason` says why and what would do; `place` is the path of the part that is meant, as the
    user wrote it: "layers.2.kernel_size", "dataset.text", "samples"; "" where it is the whole.

    `limit` and `value` name a limit that was passed and what it is: {most} in its sentence.
    """

    def __init__(
        self,
        place: str,
        reason: Reason,
        *,
        limit: str | None = None,
        value: float | None = None,
        prefix: str = "",
    ) -> None:
        self.place = place
        self.reason = reason if value is None else reason.knowing(most=value)
        self.limit = limit
        self.value = value
        self.prefix = prefix
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """In English; a refusal of a part says which one."""
        return f"{self.prefix}{self.reason}"

    def at(self, place: str, prefix: str = "") -> "Refused":
        """The same refusal of another place; `prefix` goes before its English."""
        return Refused(
            place, self.reason, limit=self.limit, value=self.value, prefix=prefix + self.prefix
        )

    def within(self, outer: str, prefix: str = "") -> "Refused":
        """The same refusal of a part, as the whole says it: its place under `outer`."""
        return self.at(f"{outer}.{self.place}" if self.place else outer, prefix)

    def __reduce__(self) -> tuple[object, ...]:  # it crosses from a worker to the server
        return (_again, (self.place, self.reason, self.limit, self.value, self.prefix))


def _reason(code: str, template: str, values: dict[str, Value]) -> Reason:
    return Reason(code, template, **values)


def _again(
    place: str, reason: Reason, limit: str | None, value: float | None, prefix: str
) -> Refused:
    return Refused(place, reason, limit=limit, value=value, prefix=prefix)
