"""The one exception for what cannot be: a spec, data, a question asked of a network.

Only this becomes a refusal on the wire (422). Any other exception is a fault of ours.
"""


class Refused(ValueError):
    """`message` says why and what would do; `place` is the path of the part that is meant, as the
    user wrote it: "layers.2.kernel_size", "dataset.text", "samples"; "" where it is the whole.

    `limit` and `value` name a limit that was passed and what it is.
    """

    def __init__(
        self, place: str, message: str, *, limit: str | None = None, value: float | None = None
    ) -> None:
        super().__init__(message)
        self.place = place
        self.message = message
        self.limit = limit
        self.value = value

    def within(self, outer: str, prefix: str = "") -> "Refused":
        """The same refusal of a part, as the whole says it: its place under `outer`."""
        place = f"{outer}.{self.place}" if self.place else outer
        return Refused(place, prefix + self.message, limit=self.limit, value=self.value)

    def __reduce__(self) -> tuple[object, ...]:  # it crosses from a worker to the server
        return (_again, (self.place, self.message, self.limit, self.value))


def _again(place: str, message: str, limit: str | None, value: float | None) -> Refused:
    return Refused(place, message, limit=limit, value=value)
