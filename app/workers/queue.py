"""Who speaks with a worker next: the clients in turn, so that one with many calls waits by itself."""

import asyncio
from collections import deque
from time import monotonic

OF_LATE_S = 0.5
MOST_REMEMBERED = 32


class Queue:
    """A lock whose waiting clients take turns; each one's calls keep their order."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._came: dict[str, float] = {}  # when each client last did, the latest last

    async def take(self, client: str) -> None:
        """Wait for the turn; whoever has it gives it back."""
        self._came.pop(client, None)
        self._came[client] = monotonic()
        if len(self._came) > MOST_REMEMBERED:
            del self._came[next(iter(self._came))]
        if not self._taken:
            self._taken = True
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.give()  # it was given the turn and cannot take it any more
            raise

    def shared(self, client: str) -> bool:
        """Whether another one has come of late: then turns are to be short."""
        since = monotonic() - OF_LATE_S
        return any(at > since and other != client for other, at in self._came.items())

    def give(self) -> None:
        """To the client that has waited longest since its last turn."""
        while self._waiting:
            client = next(iter(self._waiting))
            places = self._waiting.pop(client)
            place = places.popleft()
            if places:
                self._waiting[client] = places  # behind all others
            if not place.done():
                place.set_result(None)
                return
        self._taken = False
