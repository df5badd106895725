"""What holds for every kind of dataset, and images and known tables."""

import pickle
import subprocess
import sys
from dataclasses import fields, replace
from math import prod
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
import pytest
from annotated_types import Interval

from engine.datasets import DATASETS, packaged, parse_csv
from engine.datasets.base import MAX_NUMBERS, check_size
from engine.datasets.curve import Counts
from engine.datasets.image import DIGITS, SHAPES, Digits, Shapes
from engine.datasets.reading.cells import each_once
from engine.errors import Reason, Refused

from ..data import DRAWN, MADE

# Nothing is generated for "drawn", whatever its number of samples.
SAMPLED = [
    name
    for name in MADE
    if "samples" in {f.name for f in fields(DATASETS[name])} and name != "drawn"
]
ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("kind", DATASETS)
def test_every_number_of_a_spec_has_its_range(kind: str) -> None:
    hints = get_type_hints(DATASETS[kind], include_extras=True)
    for field in fields(DATASETS[kind]):
        hint = hints[field.name]
        if hint in (int, float):
            raise AssertionError(f"{kind}.{field.name} takes any number")
        if get_args(hint) and get_args(hint)[0] in (int, float):
            interval = next(m for m in hint.__metadata__ if isinstance(m, Interval))
            assert field.default >= (interval.ge if interval.ge is not None else -np.inf)
            assert field.default <= (interval.le if interval.le is not None else np.inf)


@pytest.mark.parametrize("kind", DATASETS)
def test_every_kind_is_explained_in_both_languages(kind: str) -> None:
    assert DATASETS[kind].summary.keys() == {"en", "zh"}
    assert all(DATASETS[kind].summary.values())


@pytest.mark.parametrize("kind", MADE)
def test_a_dataset_says_what_a_sample_looks_like(kind: str) -> None:
    cls = DATASETS[kind]
    made = cls().make()
    assert (made.view, made.task) == (cls.view, cls.task)
    dimensions = {"image": 3, "sequence": 2}.get(made.view, 1)
    assert len(made.shape) == dimensions
    assert np.broadcast_shapes(made.shape, made.mean.shape, made.deviation.shape) == made.shape
    assert made.per_step == (made.view == "text")
    assert bool(made.vocabulary) == (made.view == "text")
    if made.view == "sequence":
        assert len(made.columns) == made.shape[1]
    if made.task == "regression":
        assert made.targets.shape == (len(made.inputs), made.outputs)
    else:
        assert made.targets.min(initial=0) >= -1
        assert made.targets.max(initial=0) < made.classes
    if not made.per_step and made.classes:
        assert made.targets.min(initial=0) >= 0


@pytest.mark.parametrize("kind", MADE)
def test_without_a_test_part_all_is_for_training(kind: str) -> None:
    made = replace(DATASETS[kind](), test_fraction=0.0).make()
    assert len(made.test_inputs) == len(made.test_targets) == 0
    assert made.test_inputs.shape[1:] == made.shape
    assert len(made.inputs) > 0 or kind in DRAWN


@pytest.mark.parametrize("kind", SAMPLED)
@pytest.mark.parametrize("samples", [0, 1, 2, 7])
def test_few_samples_or_none_are_a_dataset(kind: str, samples: int) -> None:
    made = replace(DATASETS[kind](), samples=samples).make()
    assert len(made.inputs) + len(made.test_inputs) == samples
    assert len(made.inputs) >= min(samples, 1)
    assert made.shape == DATASETS[kind]().make().shape


@pytest.mark.parametrize("kind", SAMPLED)
def test_most_of_it_for_testing_leaves_one_to_learn_from(kind: str) -> None:
    made = replace(DATASETS[kind](), samples=2, test_fraction=0.9).make()
    assert len(made.inputs) == 1


def _extremes(kind: str) -> list[Any]:
    """Specs with one field at its lowest and at its highest."""
    cls = DATASETS[kind]
    found = []
    for name, hint in get_type_hints(cls, include_extras=True).items():
        if get_origin(hint) is not None and hasattr(hint, "__metadata__"):
            interval = next((m for m in hint.__metadata__ if isinstance(m, Interval)), None)
            if interval and interval.le is not None and name != "seed":
                found += [
                    replace(cls(), **{name: interval.ge}),
                    replace(cls(), **{name: interval.le}),
                ]
    return found


@pytest.mark.parametrize("kind", MADE)
def test_the_ends_of_every_range_give_a_dataset(kind: str) -> None:
    extremes = _extremes(kind)
    assert extremes
    for spec in extremes:
        made = spec.make()
        assert np.isfinite(made.inputs).all()
        assert prod(made.inputs.shape) + prod(made.test_inputs.shape) <= MAX_NUMBERS
        assert pickle.loads(pickle.dumps(spec)) == spec


def test_too_large_is_refused_before_it_is_allocated() -> None:
    check_size(20_000, (10, 10, 3))
    with pytest.raises(Refused, match=r"20001 samples of 10 x 10 x 3 .* \(limit: max_numbers\)"):
        check_size(20_001, (10, 10, 3))
    with pytest.raises(Refused) as caught:
        check_size(10**15, (10**6,), "window")
    assert caught.value.place == "window"


def test_a_refusal_keeps_all_it_says_on_the_way_from_a_worker() -> None:
    reason = Reason("text.too_long", "{characters} characters, at most {most}", characters=12)
    error = Refused("text", reason, limit="max_text", value=9).within("dataset", "no data: ")
    error = pickle.loads(pickle.dumps(error))
    assert (error.place, str(error)) == ("dataset.text", "no data: 12 characters, at most 9")
    assert (error.limit, error.value) == ("max_text", 9)
    assert (error.reason.code, error.reason.values) == (
        "text.too_long",
        {"characters": 12, "most": 9},
    )
    assert pickle.loads(pickle.dumps(reason)) == reason


# Scikit-learn's data, read without it


@pytest.mark.parametrize("kind", ["iris", "wine", "breast_cancer", "digits"])
def test_packaged_data_is_what_scikit_learn_loads(kind: str) -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    truth = getattr(datasets, f"load_{kind}")()
    made = replace(DATASETS[kind](), test_fraction=0.0).make()
    raw = made.inputs * made.deviation + made.mean
    np.testing.assert_allclose(raw.reshape(len(raw), -1), truth.data, atol=1e-9)
    np.testing.assert_array_equal(made.targets, truth.target)
    assert list(made.class_names) == [str(name) for name in truth.target_names]
    if made.view == "table":
        assert list(made.columns) == list(truth.feature_names)


def test_scikit_learn_is_not_imported_for_its_files() -> None:
    code = (
        "import sys; from engine.datasets import DATASETS; DATASETS['digits']().make();"
        "print([m for m in ('sklearn', 'scipy', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("kind", ["iris", "digits"])
def test_without_scikit_learn_the_error_says_what_to_install(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    packaged.read.cache_clear()
    monkeypatch.setattr(packaged, "find_spec", lambda name: None)
    with pytest.raises(Refused, match="pip install scikit-learn"):
        DATASETS[kind]().make()


def test_a_moved_or_spoilt_file_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Found:
        submodule_search_locations = (str(tmp_path),)

    packaged.read.cache_clear()
    monkeypatch.setattr(packaged, "find_spec", lambda name: Found)
    with pytest.raises(Refused, match=r"no readable iris.csv \(FileNotFoundError\)"):
        DATASETS["iris"]().make()
    (tmp_path / "datasets" / "data").mkdir(parents=True)
    (tmp_path / "datasets" / "data" / "iris.csv").write_text("150,4,a,b,c\n1,2,three\n")
    with pytest.raises(Refused, match=r"no readable iris.csv \(ValueError\)"):
        DATASETS["iris"]().make()


def test_a_subset_of_the_digits_is_drawn_by_the_seed() -> None:
    some = Digits(samples=100, test_fraction=0).make()
    assert some.inputs.shape == (100, 8, 8, 1)
    all_of_them = Digits(test_fraction=0).make().inputs.reshape(DIGITS, -1)
    known = {row.tobytes() for row in all_of_them}
    assert {row.tobytes() for row in some.inputs.reshape(100, -1)} <= known
    other = Digits(samples=100, test_fraction=0, seed=1).make()
    assert not np.array_equal(some.inputs, other.inputs)


# Drawn shapes


@pytest.mark.parametrize("size", [16, 28])
def test_shapes_are_drawn_wholly_inside_their_picture(size: int) -> None:
    made = Shapes(samples=200, size=size, noise=0.0, test_fraction=0).make()
    pictures = made.inputs[..., 0]
    assert made.shape == (size, size, 1)
    assert pictures.min() == 0
    assert pictures.max() == 1
    # Each has ink, also grey ink at its edges, and no line runs along the border.
    assert ((pictures > 0.5).sum(axis=(1, 2)) >= size // 2).all()
    assert ((pictures > 0.1) & (pictures < 0.9)).any(axis=(1, 2)).all()
    border = np.concatenate(
        [pictures[:, 0], pictures[:, -1], pictures[:, :, 0], pictures[:, :, -1]]
    )
    assert (border.sum(axis=1) < size * 0.75).all()


def test_a_circle_has_its_ink_at_one_distance_from_its_middle() -> None:
    made = Shapes(samples=100, size=28, noise=0.0, test_fraction=0).make()
    circles = made.inputs[made.targets == list(SHAPES).index("circle")][..., 0].astype(float)
    y, x = np.mgrid[:28, :28]
    for ink in circles:
        total = ink.sum()
        distance = np.hypot(x - (ink * x).sum() / total, y - (ink * y).sum() / total)
        spread = np.sqrt((ink * (distance - (ink * distance).sum() / total) ** 2).sum() / total)
        assert spread < 1.3


def test_noise_on_a_picture_stays_between_paper_and_ink() -> None:
    made = Shapes(samples=50, noise=1.0).make()
    assert (made.inputs.min(), made.inputs.max()) == (0, 1)


# Counts


def test_counts_are_whole_numbers_around_their_mean() -> None:
    made = Counts(samples=20_000, test_fraction=0).make()
    assert (made.targets == made.targets.round()).all()
    assert made.targets.min() == 0
    mean = np.exp(1 + np.sin(2 * made.inputs))
    assert (made.targets - mean).mean() == pytest.approx(0, abs=0.05)
    assert ((made.targets - mean) ** 2 / mean).mean() == pytest.approx(1, abs=0.05)


def test_names_that_are_alike_so_far_stay_two() -> None:
    long = "a" * 40
    rows = "\n".join(f"{i},{long}{'xy'[i % 2]}" for i in range(8))
    table = parse_csv(f"v,class\n{rows}", "long")
    assert len(table.class_names) == 2
    assert all(len(name) <= 40 for name in table.class_names)
    assert each_once([long + "x", long + "y", "b", ""]) == [long, "a" * 38 + " 2", "b", "x4"]
    # A number behind a name makes it none that there is already.
    assert each_once(["a", "a", "a 2", "a"]) == ["a", "a 3", "a 2", "a 4"]
