"""Faults that are put into data: what each does, that it does nothing else, and that it comes out."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from engine.datasets import DATASETS, Own
from engine.datasets.known_tables import Iris, Wine
from engine.datasets.plane import Moons, Ripple, Spiral
from engine.datasets.table import table_from_rows
from engine.spec import NetworkSpec
from engine.spec_json import of_text, to_text

FAULTY: list[Any] = [Spiral(), Ripple(), Iris(), Wine(seed=3)]
HAVE_IT = sorted(kind for kind, cls in DATASETS.items() if "fault" in {f.name for f in fields(cls)})


def parts(spec: Any) -> tuple[Any, Any]:
    return spec.make(), replace(spec, fault="none").make()


def test_planes_and_tables_have_the_field() -> None:
    expected = [k for k, c in DATASETS.items() if c.view in ("plane", "table")]
    assert sorted({*expected} - {"article_linear", "worked_example"}) == HAVE_IT


@pytest.mark.parametrize("spec", FAULTY, ids=lambda s: s.kind)
def test_shuffled_labels_are_the_same_labels_of_other_samples(spec: Any) -> None:
    found, sound = parts(replace(spec, fault="shuffled_labels"))
    assert np.array_equal(found.inputs, sound.inputs)
    assert np.array_equal(found.test_inputs, sound.test_inputs)

    def all_of(made: Any) -> Any:
        raw = np.concatenate([made.targets, made.test_targets]).astype(float)
        return np.sort(raw.ravel() * made.target_deviation + made.target_mean)

    assert all_of(found) == pytest.approx(all_of(sound))
    moved = (found.targets != sound.targets).mean()
    assert moved > (0.95 if not sound.classes else 0.5 * (1 - 1 / sound.classes))
    again = replace(spec, fault="shuffled_labels").make()
    assert np.array_equal(again.targets, found.targets)


@pytest.mark.parametrize("spec", FAULTY, ids=lambda s: s.kind)
def test_a_leaked_test_part_is_made_of_training_samples(spec: Any) -> None:
    found, sound = parts(replace(spec, fault="leaked_test"))
    assert np.array_equal(found.inputs, sound.inputs)
    assert len(found.test_inputs) == len(sound.test_inputs)
    known = {row.tobytes(): target for row, target in zip(found.inputs, found.targets, strict=True)}
    for row, target in zip(found.test_inputs, found.test_targets, strict=True):
        assert np.array_equal(known[row.tobytes()], target)


@pytest.mark.parametrize("spec", FAULTY, ids=lambda s: s.kind)
def test_an_unscaled_column_is_a_thousand_times_too_large(spec: Any) -> None:
    found, sound = parts(replace(spec, fault="unscaled"))
    assert np.array_equal(found.targets, sound.targets)
    ratio = found.inputs.std(axis=0) / sound.inputs.std(axis=0)
    assert sorted(ratio.round(6)) == [1.0] * (len(ratio) - 1) + [1000.0]
    column = int(ratio.argmax())
    assert found.inputs[:, column] == pytest.approx(1000 * sound.inputs[:, column])
    # What is drawn is what the network is given.
    low, high = found.plane.low, found.plane.high
    drawn = found.plane.project(found.inputs)
    assert (drawn >= np.array(low) - 1).all()
    assert (drawn <= np.array(high) + 1).all()


def test_of_a_table_raw_rows_stay_what_they_are() -> None:
    found, sound = parts(Iris(fault="unscaled"))
    raw = sound.inputs[:3] * sound.deviation + sound.mean
    assert found.scale(raw) == pytest.approx(found.inputs[:3])


@pytest.mark.parametrize("fault", ["shuffled_labels", "leaked_test", "unscaled"])
def test_a_table_of_ones_own_and_points_of_ones_own_can_have_them(fault: Any) -> None:
    table = table_from_rows([[i, i * i] for i in range(20)], [i % 2 for i in range(20)])
    made = Own(id="x", fault=fault).make_from(table)
    assert len(made.inputs) == 15
    spec = Moons(points=((0.5, -0.5, 1.0),), erased=(0, 1), samples=12, fault=fault)
    found, sound = parts(spec)
    assert np.array_equal(found.inputs[-1], [0.5, -0.5])
    assert found.targets[-1] == 1
    assert np.array_equal(found.identities, sound.identities)
    few = replace(spec, samples=0, points=()).make()
    assert few.inputs.shape == (0, 2)


def test_a_spec_with_a_fault_comes_back_from_text() -> None:
    spec = NetworkSpec(dataset=Spiral(fault="unscaled"))
    assert of_text(to_text(spec)) == spec
