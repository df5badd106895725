"""What suits a dataset where a spec does not say: a whole recipe, and how fast to play it.

Chosen so that the learning is seen: at its `pace` most of the progress happens within ten seconds,
and then the test part is learned too (tests/engine/test_suits.py holds them to it for a few seeds,
docs/defaults.md has the figures, those of seeds and data that had no say in the choice as well).
"""

from dataclasses import dataclass, field, fields
from typing import Any, Literal

from .activations import ActivationName
from .datasets import AnyDataset, Rule
from .datasets.base import Task
from .datasets.rule import task_of
from .given import Starting
from .initializers import InitializerName
from .layers import (
    GRU,
    LSTM,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAvgPool2D,
    LayerSpec,
    MaxPool2D,
)
from .losses import LossName
from .optimizers import SGD, Adam, Optimizer
from .spec import Clipping, OutputSpec, Regularization

# Steps a second that the page offers.
Pace = Literal[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The parts of a NetworkSpec that make the learning, and `pace`: steps a second to start with."""

    layers: tuple[LayerSpec, ...]
    pace: Pace
    loss: LossName = "cross_entropy"
    optimizer: Optimizer = field(default_factory=SGD)
    batch_size: int = 10
    initializer: InitializerName = "glorot_uniform"
    regularization: Regularization = field(default_factory=Regularization)
    clipping: Clipping = field(default_factory=Clipping)
    output: OutputSpec = field(default_factory=OutputSpec)
    start: Starting = field(default_factory=dict)

    def parts(self) -> dict[str, Any]:
        """All but the pace, as NetworkSpec has them."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "pace"}


def _dense(*units: int, activation: ActivationName = "tanh") -> tuple[LayerSpec, ...]:
    return tuple(Dense(units=n, activation=activation) for n in units)


def _values(units: tuple[int, ...], pace: Pace, rate: float, **rest: Any) -> Recipe:
    """For values over a plane or a line."""
    return Recipe(
        layers=_dense(*units),
        pace=pace,
        optimizer=Adam(learning_rate=rate),
        **{"loss": "mse", **rest},
    )


def _points(units: tuple[int, ...], pace: Pace, rate: float = 0.03) -> Recipe:
    """For classes by a few numbers each."""
    return Recipe(layers=_dense(*units), pace=pace, optimizer=SGD(learning_rate=rate))


def halved(*filters: int) -> tuple[LayerSpec, ...]:
    """Maps of three by three kernels, each layer of them halved."""
    return tuple(
        layer
        for n in filters
        for layer in (Conv2D(filters=n, kernel_size=3, padding="same"), MaxPool2D())
    )


def _pictures(pace: Pace, halvings: int = 2) -> Recipe:
    """Each halving of the picture's sides doubles its maps."""
    return Recipe(
        layers=(*halved(*(8 << n for n in range(halvings))), Flatten()), pace=pace, optimizer=Adam(learning_rate=0.005), batch_size=32,
        initializer="he_uniform",
    )  # fmt: skip


def _recurrent(
    *layers: LayerSpec,
    pace: Pace,
    rate: float,
    loss: LossName = "mse",
    batch: int = 20,
    l2: float = 0.0,
    start: Starting | None = None,
) -> Recipe:
    return Recipe(
        layers=layers, pace=pace, loss=loss, optimizer=Adam(learning_rate=rate), batch_size=batch,
        regularization=Regularization(l2=l2), clipping=Clipping(norm=1.0), start=start or {},
    )  # fmt: skip


def _text(*layers: LayerSpec, pace: Pace, rate: float, batch: int = 20) -> Recipe:
    return _recurrent(*layers, pace=pace, rate=rate, batch=batch, loss="sequence_cross_entropy")


RECIPES: dict[str, Recipe] = {
    "circle": _points((6, 4), 100, 0.05),
    "xor": _points((6, 4), 200, 0.05),
    "gaussians": _points((4, 4), 50, 0.006),
    "spiral": _points((8, 8, 8), 500),  # the very defaults of NetworkSpec
    "moons": _points((6, 4), 200, 0.05),
    "rings": _points((8, 8), 200, 0.05),
    "blobs": _points((6, 4), 50),
    "checkerboard": Recipe(
        layers=_dense(8, 8, 8), pace=1000, optimizer=Adam(learning_rate=0.005), batch_size=50
    ),
    "slope": Recipe(layers=_dense(4, 4), pace=50, loss="mse"),
    "ripple": _values((8, 8, 8), 1000, 0.003, batch_size=20),
    "rule": Recipe(
        layers=_dense(8, 8), pace=100, optimizer=Adam(learning_rate=0.01), batch_size=50
    ),
    "drawn": _points((8, 8), 200, 0.1),
    "sine": _values((8, 8), 200, 0.01, batch_size=20),
    "step": _values((8, 8), 100, 0.005),
    "absolute": Recipe(
        layers=_dense(8, activation="relu"), pace=100, loss="mse",
        optimizer=Adam(learning_rate=0.01), initializer="he_uniform",
    ),
    "cubic": _values((8,), 500, 0.01, batch_size=20),
    "counts": _values((8, 8), 100, 0.01, loss="poisson", batch_size=20),
    "drawn_curve": _values((8, 8), 200, 0.01, batch_size=20),
    # The article's own: one linear unit is all there is to find.
    "article_linear": Recipe(layers=(), pace=20, loss="mse", optimizer=SGD(learning_rate=0.01)),
    "article_pairs": Recipe(
        layers=(), pace=10, loss="mse", optimizer=SGD(learning_rate=0.01), batch_size=3
    ),
    # As it was published, to the last weight: who does it by hand finds the same figures.
    "worked_example": Recipe(
        layers=(Dense(units=2, activation="sigmoid", trainable_bias=False),), pace=10, loss="mse",
        optimizer=SGD(learning_rate=0.5), batch_size=1,
        output=OutputSpec(activation="sigmoid", trainable_bias=False),
        start={
            "dense_1.weight": ((0.15, 0.25), (0.20, 0.30)), "dense_1.bias": (0.35, 0.35),
            "output.weight": ((0.40, 0.50), (0.45, 0.55)), "output.bias": (0.60, 0.60),
        },
    ),
    "iris": _points((8, 8), 50),
    "wine": _points((8,), 50, 0.012),
    "breast_cancer": _points((8, 8), 50, 0.006),
    "digits": _pictures(20),
    # Half of what it sees is dropped: 750 pictures are soon known by heart.
    "mnist": Recipe(
        layers=(
            Conv2D(filters=8, kernel_size=5, padding="same"), MaxPool2D(),
            Conv2D(filters=16, kernel_size=5, padding="same"), MaxPool2D(),
            Dropout(rate=0.5), Flatten(),
        ),
        pace=20, optimizer=Adam(learning_rate=0.003), batch_size=32, initializer="he_uniform",
    ),
    "shapes": _pictures(50),
    # Four kernels, and how much of each there is: their decay and the ELU, which lets no kernel die, make
    # them as plain as those made by hand.
    "edges": Recipe(
        layers=(
            Conv2D(filters=4, kernel_size=3, padding="valid", activation="elu", l2=0.02),
            GlobalAvgPool2D(),
        ),
        pace=100, optimizer=Adam(learning_rate=0.02), batch_size=32, initializer="he_uniform",
    ),
    "sines": _recurrent(LSTM(units=8), pace=50, rate=0.005),
    "price": _recurrent(GRU(units=12), pace=50, rate=0.003),
    "sunspots": _recurrent(GRU(units=8), pace=20, rate=0.01),
    # Its decay keeps it from growing so sure that one bad batch makes many times a tiny loss.
    "waveforms": _recurrent(
        GRU(units=16), pace=100, rate=0.006, loss="cross_entropy", batch=64, l2=0.001
    ),
    "adding": _recurrent(GRU(units=16), pace=200, rate=0.005),
    # Its forget gates stand open at the start (sigma(4) = 0.98, of which a third is left after sixty steps).
    "memory": _recurrent(
        LSTM(units=16), pace=50, rate=0.005, loss="cross_entropy",
        start={"lstm_1.bias": (*(0.0,) * 16, *(4.0,) * 16, *(0.0,) * 32)},
    ),
    "brackets": _recurrent(
        GRU(units=12), pace=100, rate=0.004, loss="cross_entropy", batch=32
    ),
    # So short a text is soon known by heart: few units, half of them dropped, learn spelling first.
    "zen": _text(
        Embedding(output_dim=8), GRU(units=16, return_sequences=True), Dropout(rate=0.5),
        pace=20, rate=0.005,
    ),
    "topics": _text(
        Embedding(output_dim=16), GRU(units=48, return_sequences=True), pace=50, rate=0.01
    ),
    "arithmetic": _text(
        Embedding(output_dim=8), LSTM(units=64, return_sequences=True),
        pace=200, rate=0.005, batch=50,
    ),
    "own": Recipe(layers=_dense(8, 8), pace=50, optimizer=Adam(learning_rate=0.005)),
    "own_text": _text(
        Embedding(output_dim=16), GRU(units=32, return_sequences=True), Dropout(rate=0.3),
        pace=20, rate=0.005,
    ),
    "own_series": _recurrent(GRU(units=12), pace=50, rate=0.003),
}  # fmt: skip
_OWN_SOUNDS = _recurrent(GRU(units=16), pace=20, rate=0.005, loss="cross_entropy", batch=16)
_OWN_VALUES = _values((8, 8), 50, 0.005)


def _own_pictures(shape: tuple[int, ...]) -> Recipe:
    """Halved until some six pixels a side are left; larger ones take longer, and are played slower."""
    small, large = min(shape[:2]), max(shape[:2])
    return _pictures(20 if large <= 32 else 10, 1 if small < 8 else 2 if small <= 32 else 3)


def recipe(
    dataset: type[AnyDataset] | AnyDataset, task: Task | None = None, shape: tuple[int, ...] = ()
) -> Recipe:
    """Of a kind of dataset. What one's own is for is seen in it: `task`, and `shape` of one sample; of a rule in
    what it says."""
    kind = dataset.__dataclass_fields__["kind"].default  # of a class or of a record
    if isinstance(dataset, Rule):
        task = task_of(dataset.rule)
    if kind == "rule" and task == "regression":
        return RECIPES["ripple"]
    if kind == "own" and len(shape) == 3:
        return _own_pictures(shape)
    if kind == "own" and len(shape) == 2:
        return _OWN_SOUNDS
    return _OWN_VALUES if kind == "own" and task == "regression" else RECIPES[kind]


def suiting(dataset: type[AnyDataset] | AnyDataset, task: Task | None = None) -> dict[str, Any]:
    """The parts of a NetworkSpec that suit a kind of dataset."""
    return recipe(dataset, task).parts()
