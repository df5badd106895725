"""Bit for bit: two runs, a sliced run and a rewound run are one run, for all that moves."""

import tracemalloc
from dataclasses import fields

import numpy as np
import pytest

from engine.layers import LSTM, BatchNorm, Conv2D, Dense, Dropout, Flatten, MaxPool2D
from engine.optimizers import OPTIMIZERS, SGD, Adam
from engine.schedules import FACTOR, SCHEDULES, Plateau
from engine.trainer import Care, Trainer
from tests.parity.stacks import IMAGE, SEQUENCE, Stack
from tests.parity.tables import CARE_CASES, OPTIMIZER_CASES, SCHEDULE_CASES

from .checking import IDS, STACKS, held_by_the_engine, trainer_of

STEPS = 23  # eleven samples in batches of four: three updates an epoch
MIXED = Stack("", (Dense(units=4), BatchNorm(), Dropout(rate=0.3), Dense(units=3)))
PICTURE = Stack("", (Conv2D(filters=2), BatchNorm(), MaxPool2D(), Dropout(), Flatten()), IMAGE)
TEXT = Stack("", (LSTM(units=3, return_sequences=True), BatchNorm(), Flatten()), SEQUENCE)


def assert_same(a: Trainer, b: Trainer) -> None:
    mine, theirs = a.snapshot(), b.snapshot()
    for part in fields(mine):
        np.testing.assert_array_equal(getattr(mine, part.name), getattr(theirs, part.name))


def hold(stack: Stack, compiled: bool, optimizer, **settings) -> None:
    whole, sliced, later = (trainer_of(stack, compiled, optimizer, **settings) for _ in range(3))
    losses = whole.train(STEPS)
    assert whole.diverged is None
    parts = [sliced.train(n) for n in (1, 4)]
    kept = sliced.snapshot()  # in mid-epoch, but where an epoch is one update
    parts += [sliced.train(n) for n in (11, 7)]
    np.testing.assert_array_equal(np.concatenate(parts), losses)
    assert_same(whole, sliced)
    # The same trainer rewound, and another one that has never been there.
    for trainer in (sliced, later):
        trainer.load(kept)
        np.testing.assert_array_equal(trainer.train(STEPS - 5), losses[5:])
        assert_same(whole, trainer)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(("name", "stack"), STACKS, ids=IDS)
def test_slices_and_rewinding_leave_no_trace_in_any_layer(
    name: str, stack: Stack, compiled: bool
) -> None:
    hold(stack, compiled, SGD(learning_rate=0.01, momentum=0.5), l2=0.01)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_slices_and_rewinding_leave_no_trace_with_any_optimizer(kind: str, compiled: bool) -> None:
    schedule = Plateau(patience=0, threshold=0.1)
    for stack in (MIXED, Stack("", (Dense(units=4),))):
        hold(stack, compiled, OPTIMIZER_CASES[kind][-1], schedule=schedule, care=Care(average=0.9))


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("stack", [MIXED, PICTURE, TEXT], ids=["rows", "images", "sequences"])
@pytest.mark.parametrize("kind", SCHEDULES)
def test_slices_and_rewinding_leave_no_trace_under_any_schedule(
    kind: str, stack: Stack, compiled: bool
) -> None:
    for schedule in SCHEDULE_CASES[kind]:
        hold(stack, compiled, SGD(learning_rate=0.05, momentum=0.9), schedule=schedule)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("care", CARE_CASES)
def test_slices_and_rewinding_leave_no_trace_with_clipping_and_averaging(
    care: str, compiled: bool
) -> None:
    hold(PICTURE, compiled, Adam(learning_rate=0.01), care=CARE_CASES[care])


@pytest.mark.parametrize("compiled", [True, False])
def test_a_plateau_is_met_and_the_average_is_not_the_weights(compiled: bool) -> None:
    """What the tests above rewind does move."""
    trainer = trainer_of(
        MIXED, compiled, SGD(learning_rate=0.1), schedule=Plateau(patience=0, threshold=0.1),
        care=Care(average=0.9),
    )  # fmt: skip
    before = trainer.vector.copy()
    trainer.train(STEPS)
    assert trainer.state.plateau[FACTOR] < 1
    assert trainer.average is not None
    views = trainer.network.layout.views
    assert not np.allclose(trainer.average, trainer.vector, rtol=1e-3)
    for part in ("running_mean", "running_variance"):
        moved = views(trainer.vector)[f"batch_norm_1.{part}"]
        assert not np.allclose(moved, views(before)[f"batch_norm_1.{part}"])
        np.testing.assert_array_equal(views(trainer.average)[f"batch_norm_1.{part}"], moved)


@pytest.mark.parametrize("compiled", [True, False])
def test_another_seed_is_another_run(compiled: bool) -> None:
    one, other = (trainer_of(PICTURE, compiled, SGD()) for _ in range(2))
    other.reset(6)
    assert not np.array_equal(one.train(5), other.train(5))
    other.reset(5)
    one.reset(5)
    np.testing.assert_array_equal(one.train(5), other.train(5))


@pytest.mark.parametrize(
    ("stack", "steps"),
    [(Stack("", (Dense(units=5), Dense(units=4))), 1000), (PICTURE, 20), (TEXT, 20), (MIXED, 20)],
    ids=["dense", "images", "lstm", "mixed"],
)
def test_memory_stays_flat(stack: Stack, steps: int) -> None:
    trainer = trainer_of(stack, True, Adam(), care=Care(average=0.9))
    trainer.train(2 * steps)
    tracemalloc.start()
    trainer.train(steps)
    first = held_by_the_engine()
    for _ in range(10):
        trainer.train(steps)
    last = held_by_the_engine()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert last - first < 10_000
    assert peak < 1_000_000
