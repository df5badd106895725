"""From one network to its watchers: the latest frame and look win, losses are never dropped.

A watcher that is slow finds, when it comes back, the newest state and all the loss points since its
last frame; nothing queues up for it.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.history import Point

from .looks import Looks, Wanted
from .workers.messages import Report

MAX_POINTS = 4096
MAX_POINTS_A_FRAME = 512
MAX_NOTICES = 64


@dataclass(slots=True)
class Message:
    """What a watcher gets next: a frame with its points, a look, or a notice."""

    event: str
    report: Report | None = None
    points: list[Point] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    look: bytes | None = None  # as it goes out


class Watcher:
    def __init__(self, channel: "Channel", weights: bool, after: int | None) -> None:
        self._channel = channel
        self._changed = asyncio.Event()
        self._seen = -1
        self._after = after
        self.weights = weights
        self.notices: deque[Message] = deque(maxlen=MAX_NOTICES)
        self.wanted: Wanted | None = None  # what it wants to see besides frames
        self.stale = asyncio.Event()  # that is to be looked at anew
        self._look: bytes | None = None  # the newest, until it is taken
        self._framed = False  # the last it got was a frame
        if channel.report is not None:
            self._changed.set()

    def wake(self) -> None:
        self._changed.set()

    def notify(self, message: Message) -> None:
        self.notices.append(message)
        self._changed.set()

    def tell(self, event: str, data: dict[str, Any]) -> None:
        self.notify(Message(event, data=data))

    def show(self, look: bytes) -> None:
        """In place of an earlier look that it has not taken yet."""
        self._look = look
        self._changed.set()

    async def next(self) -> Message:
        """Wait for news; a frame and a look take turns.  Ends with the event "bye" when the server
        stops."""
        while True:
            await self._changed.wait()
            if self.notices:
                return self.notices.popleft()
            channel = self._channel
            framed = channel.report is None or channel.version == self._seen
            if self._look is not None and (self._framed or framed):
                look, self._look, self._framed = self._look, None, False
                return Message("look", look=look)
            if framed:
                self._changed.clear()
                continue
            self._seen, self._framed = channel.version, True
            points = channel.points_after(self._after)
            if points:
                self._after = points[-1][0]
            return Message("frame", channel.report, points)

    def forget_points(self) -> None:
        self._after = None

    def forget_look(self) -> None:
        """The one that it has not taken."""
        self._look = None


class Channel:
    """One network's latest report, its recent loss points, those who watch and what they look at."""

    def __init__(self) -> None:
        self.report: Report | None = None
        self.version = 0
        self.watchers: set[Watcher] = set()
        self.looks = Looks()
        self._points: deque[Point] = deque(maxlen=MAX_POINTS)

    @property
    def wants_weights(self) -> bool:
        return any(watcher.weights for watcher in self.watchers)

    def points_after(self, step: int | None) -> list[Point]:
        """Loss points later than a step, thinned to what a frame may carry."""
        found = []
        for point in reversed(self._points):
            if step is not None and point[0] <= step:
                break
            found.append(point)
        found.reverse()
        while len(found) > MAX_POINTS_A_FRAME:
            odd = found[-1:] if len(found) % 2 else []
            pairs = zip(found[::2], found[1::2], strict=False)
            found = [
                (b[0], (a[1] + b[1]) / 2, min(a[2], b[2]), max(a[3], b[3])) for a, b in pairs
            ] + odd
        return found

    def seed(self, points: Iterable[Point]) -> None:
        """The history so far, for watchers who come after a restart."""
        self._points.clear()
        self._points.extend(points)

    def publish(self, report: Report, *, in_round: bool = False) -> None:
        """`in_round`: while it plays, its rounds look at it too."""
        if not in_round:
            self.looks.change()
        self._points.extend(report.points)
        self.report = report
        self.version += 1
        for watcher in self.watchers:
            watcher.wake()

    def restart(self) -> None:
        """The run starts anew: old points are not part of it."""
        self._points.clear()
        for watcher in self.watchers:
            watcher.forget_points()
            watcher.forget_look()
        self.looks.change()

    def notify(self, event: str, data: dict[str, Any]) -> None:
        for watcher in self.watchers:
            watcher.tell(event, data)

    def watch(self, weights: bool, after: int | None) -> Watcher:
        watcher = Watcher(self, weights, after)
        self.watchers.add(watcher)
        return watcher

    def leave(self, watcher: Watcher) -> None:
        self.looks.leave(watcher)
        self.watchers.discard(watcher)
