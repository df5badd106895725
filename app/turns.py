"""Who trains next in a worker: the same share of time for everyone, in turns that are worth it.

Start-time fair queueing (Goyal, Vin & Cheng 1996) over what each has used: a clock runs at the mean
of all, whoever is furthest behind it goes next. Nobody saves up time by waiting, and nobody owes
more than one longest step, so no stall of the machine keeps anyone from training for long.
"""

from collections.abc import Iterable
from dataclasses import dataclass

LEAST_TURN_S = 0.001  # below it a turn's own cost would show
CYCLE_S = 0.032  # where there is room, everybody has a turn in that time
# Whoever has not trained for that long goes first; a large network, whose one step is worth many
# turns of the others, after more of them.
LATE_S = 0.8
LATEST_S = 8.0


@dataclass(slots=True, eq=False)
class Turn:
    """What one network or job has had of a worker's time."""

    used_s: float = 0.0  # on the worker's clock
    step_s: float = 0.0  # its longest step of late: the least that a turn takes
    last: float = -1e9  # when it last had one

    def begin(self, now: float) -> None:
        """It plays from now on."""
        self.last = now
        self.used_s = 0.0  # the clock lifts it to the others' level


class Turns:
    """The turns of one worker."""

    def __init__(self) -> None:
        self._clock = 0.0

    def choose(self, ready: Iterable[Turn], now: float, round_s: float) -> list[tuple[Turn, float]]:
        """Who goes in a round of about `round_s`, and for how long each. At least one, where there
        is one."""
        waiting = list(ready)
        if not waiting:
            return []
        count = len(waiting)
        turn_s = min(round_s, max(LEAST_TURN_S, CYCLE_S / count))
        most = self._clock + turn_s + max(turn.step_s for turn in waiting)
        for turn in waiting:
            turn.used_s = min(max(turn.used_s, self._clock - turn_s), most)

        def order(turn: Turn) -> tuple[bool, float]:
            waited = now - turn.last
            late = waited > min(LATEST_S, max(LATE_S, turn.step_s * count))
            return (False, -waited) if late else (True, turn.used_s)

        waiting.sort(key=order)
        chosen: list[tuple[Turn, float]] = []
        left = round_s
        for turn in waiting:
            # A long step alone may be more than a round; with others before it, it waits.
            if chosen and max(turn_s, turn.step_s) > left:
                break
            chosen.append((turn, turn_s))
            left -= max(turn_s, turn.step_s)
        return chosen

    def charge(self, spent: Iterable[tuple[Turn, float, float]], players: int, now: float) -> None:
        """After a round: of each the time and its longest step in it; `players` were ready."""
        total = 0.0
        for turn, used_s, step_s in spent:
            turn.used_s += used_s
            turn.last = now
            # It falls slowly: one short step does not make a network small.
            turn.step_s = max(step_s, 0.9 * turn.step_s)
            total += used_s
        self._clock += total / max(1, players)
