"""No setting is forgotten: whichever field of a spec is another, every script is another, be it in its code,
its numbers or the notes of its first lines. A field that is new is varied here without being named."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from engine import Dense, Experiment, NetworkSpec
from engine.datasets.plane import Drawn
from engine.exporting import Target, code_of, run_of
from engine.layers import GRU, LSTM, AvgPool2D, Conv2D, Flatten, Residual, SimpleRNN
from engine.optimizers import OPTIMIZERS, SGD, Adam
from engine.schedules import SCHEDULES, StepDecay
from engine.surgery import Surgery

from .kinds import OF_LAYER, UNEVEN

BASE = NetworkSpec(
    dataset=Drawn(points=UNEVEN, test_fraction=0.0), layers=(Dense(units=3),),
    optimizer=SGD(momentum=0.5), loss="mse",
)  # fmt: skip
# What cannot be varied by its type alone, by "owner.field".
OTHERS: dict[str, Any] = {
    "NetworkSpec.dataset": Drawn(points=UNEVEN[1:], test_fraction=0.0),
    "NetworkSpec.features": ("x1", "x2", "sin_x1"),
    "NetworkSpec.layers": (Dense(units=4),),
    "NetworkSpec.loss": "huber",
    "NetworkSpec.optimizer": Adam(),
    "NetworkSpec.schedule": StepDecay(),
    "NetworkSpec.start": {"output.bias": (0.5, 0.0, 0.0)},
    "NetworkSpec.surgery": Surgery(off={"dense_1": (1,)}),
    "Surgery.off": {"dense_1": (1,)},
    "Surgery.frozen": {"dense_1": (1,)},
    "OutputSpec.activation": "tanh",
    "Conv2D.groups": 2,
    "MaxPool2D.strides": 3,
    "AvgPool2D.strides": 3,
}
# Layers among which any setting of the last of a kind is allowed, where those of `kinds` leave no room.
ROOM: dict[str, Any] = {
    "conv2d": (Conv2D(filters=4), Conv2D(filters=4), Flatten()),
    "avg_pool2d": (AvgPool2D(pool_size=3, strides=2), Flatten()),
    "residual": (Dense(units=2), Dense(units=2), Residual()),
    **{
        layer.kind: (layer, Flatten())
        for layer in (SimpleRNN(units=3), LSTM(units=3), GRU(units=3))
    },
}
# Of these nothing is to be retold: a vocabulary's size is the data's own.
NOTHING = {"kind", "input_dim"}


TARGETS: tuple[Target, ...] = ("numpy", "pytorch", "keras")


def varied(record: Any) -> Iterator[tuple[str, Any]]:
    """The record with each of its fields as something else, those within its records too."""
    hints = get_type_hints(type(record), include_extras=True)
    for field in fields(record):
        name, value = field.name, getattr(record, field.name)
        where = f"{type(record).__name__}.{name}"
        if name in NOTHING:
            continue
        if where in OTHERS:
            yield where, replace(record, **{name: OTHERS[where]})
        elif is_dataclass(value):
            for inner, other in varied(value):
                yield inner, replace(record, **{name: other})
        else:
            yield where, replace(record, **{name: another(value, hints[name])})


def another(value: Any, hint: Any) -> Any:
    """Raises: AssertionError, where its type does not say: then it is to be named in OTHERS"""
    if isinstance(value, str):
        return next(choice for choice in choices(hint) if choice != value)
    assert isinstance(value, bool | int | float), hint
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else 0.9 * value or 0.1


def choices(hint: Any) -> tuple[Any, ...]:
    if get_origin(hint) is Annotated:
        return choices(get_args(hint)[0])
    if get_origin(hint) is Union:
        return tuple(choice for part in get_args(hint) for choice in choices(part))
    assert get_origin(hint) is Literal, hint
    return get_args(hint)


def scripts(spec: NetworkSpec) -> list[str]:
    run = run_of(Experiment(spec), 5)
    return [code_of(run, target, "en", "run") for target in TARGETS]


def hold(base: NetworkSpec, others: Iterator[tuple[str, NetworkSpec]]) -> None:
    before = scripts(base)
    for where, spec in others:
        for target, one, other in zip(TARGETS, before, scripts(spec), strict=True):
            assert one != other, f"{where} is not retold in {target}"


def test_of_the_spec() -> None:
    hold(BASE, varied(BASE))


@pytest.mark.parametrize("kind", [k for k in OF_LAYER if k not in ("global_avg_pool2d", "flatten")])
def test_of_every_layer(kind: str) -> None:
    base = NetworkSpec(**OF_LAYER[kind])
    if kind in ROOM:
        base = replace(base, layers=ROOM[kind])
    place = max(i for i, layer in enumerate(base.layers) if layer.kind == kind)

    def others() -> Iterator[tuple[str, NetworkSpec]]:
        for where, layer in varied(base.layers[place]):
            yield (
                where,
                replace(base, layers=(*base.layers[:place], layer, *base.layers[place + 1 :])),
            )

    hold(base, others())


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_of_every_optimizer(kind: str) -> None:
    base = BASE if kind == "sgd" else replace(BASE, optimizer=OPTIMIZERS[kind]())
    hold(base, ((where, replace(base, optimizer=one)) for where, one in varied(base.optimizer)))


@pytest.mark.parametrize("kind", [k for k in SCHEDULES if k != "constant"])
def test_of_every_schedule(kind: str) -> None:
    base = replace(BASE, schedule=SCHEDULES[kind]())
    hold(base, ((where, replace(base, schedule=one)) for where, one in varied(base.schedule)))
