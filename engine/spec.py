"""A whole experiment as declared data: what the server takes, a link carries, a checkpoint keeps."""

from dataclasses import dataclass, field
from typing import Annotated

from annotated_types import Interval, Len

from .activations import OutputActivationName
from .datasets import AnyDataset, Spiral
from .datasets.base import Seed
from .features import FeatureName
from .given import Starting
from .initializers import InitializerName
from .layers import Dense, LayerSpec
from .layers.base import Penalty
from .losses import LossName
from .optimizers import SGD, Optimizer
from .schedules import Constant, Schedule
from .surgery import Surgery
from .weighting import ClassWeight

MAX_LAYERS = 12
MAX_BATCH = 20_000

# The decay of the weights' moving average; 0: none is kept.
Average = Annotated[float, Interval(ge=0, lt=1)]
ClipLimit = Annotated[float, Interval(ge=0, le=1e6)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSpec:
    """The output's activation; None means what suits the loss."""

    activation: OutputActivationName | None = None
    l1: Penalty = 0.0
    l2: Penalty = 0.0
    trainable: bool = True
    trainable_bias: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Regularization:
    """Added to the gradient of weights, not of biases: l1 * sign(w) + l2 * w; a layer's own come on
    top."""

    l1: Penalty = 0.0
    l2: Penalty = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clipping:
    """The gradient's largest number and largest length before penalties; 0 is no limit."""

    value: ClipLimit = 0.0
    norm: ClipLimit = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSpec:
    """Everything but the weights. The same spec gives the same run."""

    dataset: AnyDataset = field(default_factory=Spiral)
    features: Annotated[tuple[FeatureName, ...], Len(1, 7)] = ("x1", "x2")
    layers: Annotated[tuple[LayerSpec, ...], Len(0, MAX_LAYERS)] = (
        Dense(units=8),
        Dense(units=8),
        Dense(units=8),
    )
    output: OutputSpec = field(default_factory=OutputSpec)
    loss: LossName = "cross_entropy"
    # How much each class counts in the loss; "balanced": as much as the others, however rare it is.
    class_weight: ClassWeight = "none"
    optimizer: Optimizer = field(default_factory=SGD)
    regularization: Regularization = field(default_factory=Regularization)
    schedule: Schedule = field(default_factory=Constant)
    clipping: Clipping = field(default_factory=Clipping)
    average: Average = 0.0
    initializer: InitializerName = "glorot_uniform"
    # Starting weights that are given instead of drawn.
    start: Starting = field(default_factory=dict)
    surgery: Surgery = field(default_factory=Surgery)
    batch_size: Annotated[int, Interval(ge=1, le=MAX_BATCH)] = 10
    seed: Seed = 0
