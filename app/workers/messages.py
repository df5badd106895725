"""What goes between the server and a worker; plain records, nothing that holds state."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import Reason, Refused
from engine.history import Point
from engine.spec import NetworkSpec
from engine.stopping import Stop
from engine.trainer import Divergence


@dataclass(frozen=True, slots=True)
class Asked:
    """Samples that something is asked about: inputs of one's own, or samples of the data by number."""

    inputs: Any = None
    scaled: bool = False  # inputs are as the network is given them
    part: Literal["train", "test"] | None = None
    samples: Sequence[int] = ()

    @property
    def place(self) -> str:
        """What a refusal blames."""
        return "inputs" if self.part is None else "samples"


@dataclass(frozen=True, slots=True)
class Look:
    """What a watcher wants to see of a network, again and again: every layer on one sample, or on
    `inputs` of its own, the outputs of others, which class is taken for which. Samples are ("train" or
    "test", numbers); inputs are raw, a list of one, as JSON: hashed, compared and sent in one piece."""

    sample: tuple[Literal["train", "test"], int] | None
    outputs: tuple[tuple[Literal["train", "test"], tuple[int, ...]], ...]
    confusion: bool
    every_s: float  # the least time between two
    inputs: bytes | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen. Either `arrays`, a safetensors buffer with these `figures`, or why there is
    nothing: the engine's refusal, or None for a fault of ours that stands in the log."""

    figures: dict[str, Any]
    arrays: bytes
    seconds: float  # of the processor
    behind: bool = False  # the confusion is of an earlier step
    refused: Refused | None = None


class CannotTrain(RuntimeError):
    """The network's state does not allow it; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Amount:
    """How much to train: steps, or epochs where they are given; the first of a call's slices checks
    whether it can be done at all, the later ones are of its `run`."""

    steps: int
    epochs: int | None
    most: int  # steps a call
    losses: bool  # of every update are wanted
    run: int | None = None


@dataclass(frozen=True, slots=True)
class Play:
    """One network's turn: at most `steps` updates (None: as many as the time allows, one at least). A
    turn that was given before another run began is none of that run's."""

    id: str
    run: int
    steps: int | None
    seconds: float
    report: bool
    weights: bool
    looks: Sequence[Look] = ()
    drawn: bool = False  # somebody waits for one look after the other: measuring can wait


@dataclass(frozen=True, slots=True)
class EndedRun:
    """A run that another one took the place of, to be kept; `line` is what a list says of it, and the
    checkpoint None where it is too large."""

    run: int
    spec: NetworkSpec
    checkpoint: bytes | None
    line: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A network's state after something happened to it.

    `figures` go into its frame as they are, by the names of FrameOut: step, epoch, loss, .. A field
    that a frame gets is put in there (`playing`) and declared there, and nowhere else.
    """

    id: str
    figures: dict[str, Any]
    points: list[Point] = field(default_factory=list)
    weights: bytes | None = None
    divergence: Divergence | None = None
    stop: Stop | None = None  # the rule that stopped it just now
    losses: NDArray[np.float64] | None = None  # of every update, where they were asked for
    remaining: int = 0  # steps that were asked for and not made
    notice: Reason | None = None  # what whoever asked for it should know
    left: EndedRun | None = None  # the run that was left by going on from its past

    @property
    def step(self) -> int:
        return self.figures["step"]

    @property
    def loss(self) -> float | None:
        return self.figures["loss"]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is kept of a network: the state, of that spec and run."""

    spec: NetworkSpec
    state: bytes
    run: int


@dataclass(frozen=True, slots=True)
class Sought:
    """A network at the step of its past that it was taken to; described, where its settings are others
    there."""

    report: Report
    described: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Progressed:
    """What a round brought a job: how far it is, what is new of its result, and its end."""

    job: str
    fraction: float | None  # None where not even one piece was made
    news: dict[str, Any]
    done: bool
    failed: Reason | None


@dataclass(frozen=True, slots=True)
class Spent:
    """What a turn came to: time of the processor, so that a stall of the machine is nobody's."""

    steps: int
    seconds: float
    step_s: float  # what one of its steps takes


@dataclass(frozen=True, slots=True)
class Advanced:
    """What one round of training gave: reports of those due, what their turns came to, why who failed,
    and how far the jobs are."""

    reports: list[Report]
    spent: dict[str, Spent]  # by network or job
    failed: dict[str, Reason]
    jobs: list[Progressed]
    lost: list[str]  # jobs that are not here
    looks: dict[str, list[Looked]] = field(default_factory=dict)  # by network, as asked
