"""What those who watch a network want to see of its inside, and when it is due.

Each has one request; the same one of several is looked at once. All looks of a network together take
at most a share of its time: who asks for much, or for many different ones, sees less often. The share is
larger where nothing is lost by it: while the network rests, or keeps a pace with time to spare.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

from engine.errors import Reason, Refused

from .errors import problem, problem_of
from .wire import look_to_bytes
from .workers.messages import Look, Looked

if TYPE_CHECKING:
    from .broadcast import Watcher

SHARE = 0.2  # of the network's time
SPARE_SHARE = 0.6  # where its training does not need the rest
SAVED_S = 0.05  # of work that may be saved up for when something changes
OWED_S = 0.05  # of work that may be done ahead of time for what is asked for the first time
DRAWN_S = 0.5  # after the last stroke
# Meanwhile what comes by itself is little: whoever draws looks at the pen, and the page is to answer it.
DRAWN_INTERVAL_S = 0.1
BATCH_S = 0.01  # of work between two slices of training, or one look
BYTES_PER_SECOND = 10e6  # of one request
LARGE_BYTES = 160_000  # below it looks of all clients fit anyway
BLIND = Reason("look_failed", "the look failed; the server's log has the details")


@dataclass(slots=True, eq=False)
class Wanted:
    """One request and who made it."""

    look: Look
    request: dict[str, Any]  # as it goes back with every answer
    watchers: "set[Watcher]" = field(default_factory=set)
    # Who has asked for another one while this was on its way: it is shown all the same, before that.
    moving_on: "set[Watcher]" = field(default_factory=set)
    due: float = 0.0
    cost_s: float = 0.0  # of the last one
    size: int = 0  # bytes of the last one
    seen: int = -1  # which of the network's changes has been looked at
    busy: bool = False  # somebody asks the worker
    told: Any = None  # the problem that was told last: it is told once

    @property
    def new(self) -> bool:
        """It has not been answered yet."""
        return self.seen < 0

    def put_off(self, now: float, interval: float) -> None:
        """The rhythm is kept, not the delay, unless it is far behind."""
        pace = max(self.look.every_s, interval, self.size / BYTES_PER_SECOND)
        self.due = max(self.due + pace, now + pace / 2)


class Looks:
    """Those of one network."""

    def __init__(self) -> None:
        self.changes = 0  # made to the network, other than by playing
        self.spare = False  # there is more time than its training needs
        self._wanted: dict[Look, Wanted] = {}
        self._credit_s = SAVED_S
        self._earned_at = monotonic()
        self._drawn_at = -1e9

    def drawn(self, now: float) -> bool:
        """Somebody draws what is looked at, and waits for the answer to every stroke."""
        return now - self._drawn_at < DRAWN_S

    def interval(self, now: float, usual: float) -> float:
        """Seconds between what comes by itself."""
        return max(usual, DRAWN_INTERVAL_S) if self.drawn(now) else usual

    def __bool__(self) -> bool:
        return bool(self._wanted)

    @property
    def size(self) -> int:
        """Bytes of the last look of every request."""
        return sum(wanted.size for wanted in self._wanted.values())

    def ask(self, watcher: "Watcher", look: Look, request: dict[str, Any]) -> None:
        """In place of what the watcher asked for before; the first one is made at once.

        What is drawn changes faster than looks are made: if each were dropped for the next, nothing
        would be seen until the pen rests. So one drawing lets the one before come through.
        """
        before = watcher.wanted
        self.leave(watcher)
        if before is not None and before.busy and before.look.inputs and look.inputs:
            before.moving_on.add(watcher)
        wanted = self._wanted.setdefault(look, Wanted(look, request, due=monotonic()))
        wanted.watchers.add(watcher)
        wanted.seen, wanted.told = -1, None
        if look.inputs:
            self._drawn_at = monotonic()
        watcher.wanted = wanted
        watcher.stale.set()

    def leave(self, watcher: "Watcher") -> None:
        wanted, watcher.wanted = watcher.wanted, None
        watcher.forget_look()
        if wanted is not None:
            wanted.watchers.discard(watcher)
            if not wanted.watchers:
                del self._wanted[wanted.look]

    def change(self) -> None:
        """The network is another one now, or will not go on by itself: who watches is to see it."""
        self.changes += 1
        for wanted in self._wanted.values():
            wake(wanted)

    def due(self, now: float, interval: float, players: int) -> list[Wanted]:
        """What to look at in a round, while the network plays: the one that has waited longest first."""
        if not self._wanted or self._pause(now, players) > 0:
            return []
        chosen: list[Wanted] = []
        cost = 0.0
        for wanted in sorted(self._wanted.values(), key=lambda one: one.due):
            if wanted.due > now or (chosen and cost + wanted.cost_s > BATCH_S):
                break
            chosen.append(wanted)
            cost += wanted.cost_s
            wanted.put_off(now, interval)
        return chosen

    def pause(self, wanted: Wanted, now: float, players: int) -> float:
        """Seconds until this one may be made out of a round. A new one may be made on credit: those
        that are made again and again wait for it."""
        owed = OWED_S if wanted.new else 0.0
        return max(wanted.due - now, self._pause(now, players, owed))

    def _pause(self, now: float, players: int, owed: float = 0.0) -> float:
        """Seconds until what looks have cost is earned, but for what may be owed: of each second a
        network has its part."""
        share = (SPARE_SHARE if self.spare else SHARE) / max(1, players)
        self._credit_s = min(SAVED_S, self._credit_s + (now - self._earned_at) * share)
        self._earned_at = now
        return max(0.0, -(self._credit_s + owed) / share)

    def tell(
        self, asked: Sequence[Wanted], looked: Sequence[Looked], generation: int, room: int
    ) -> None:
        """What a worker saw, to all who asked. `room` is what large ones may take, in bytes."""
        for wanted, found in zip(asked, looked, strict=True):
            self._credit_s -= found.seconds
            wanted.cost_s = found.seconds
            if found.refused is not None:
                tell_problem(wanted, problem_of(found.refused))
            elif not found.arrays:
                tell_problem(wanted, problem(500, BLIND))
            elif len(found.arrays) > max(LARGE_BYTES, room + wanted.size):
                tell_problem(wanted, problem_of(_no_room(len(found.arrays))))
            else:
                wanted.told = None
                more = {"generation": generation, "request": wanted.request}
                data = look_to_bytes(found.arrays, {**found.figures, **more})
                wanted.size = len(data)
                for watcher in wanted.watchers:
                    watcher.show(data)
                for watcher in wanted.moving_on:
                    if watcher.wanted is not None and watcher.wanted.new:
                        watcher.show(data)
            wanted.moving_on.clear()


def wake(wanted: Wanted) -> None:
    for watcher in wanted.watchers:
        watcher.stale.set()


def tell_problem(wanted: Wanted, found: dict[str, Any]) -> None:
    """Once: the request stays, and what was wrong may be over with the next change."""
    wanted.size = 0
    if found == wanted.told:
        return
    wanted.told = found
    for watcher in wanted.watchers:
        watcher.forget_look()
        watcher.tell("problem", {"look": wanted.request, "problem": found})


def _no_room(size: int) -> Refused:
    return Refused(
        "look",
        Reason(
            "look_too_large",
            "a look of {bytes} bytes does not fit beside those of the others; ask for fewer samples",
            bytes=size,
        ),
        limit="max_look_bytes",
    )
