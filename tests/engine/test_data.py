"""Datasets and tables."""

from dataclasses import replace

import numpy as np
import pytest

from engine.datasets import DATASETS, DrawnCurve, Own, parse_csv
from engine.datasets.plane import Circle, Drawn, Moons, Ripple, Spiral, Xor
from engine.datasets.table import principal_plane, table_from_rows
from engine.errors import Refused
from engine.features import FEATURES, apply_features

from ..data import DRAWN, MADE

# What is drawn, given or measured: a seed has nothing to change.
FIXED = (*DRAWN, "article_pairs", "worked_example", "sunspots", "zen", "topics")


@pytest.mark.parametrize("kind", MADE)
def test_the_same_seed_gives_the_same_samples(kind: str) -> None:
    spec = DATASETS[kind]()
    a, b = spec.make(), spec.make()
    other = replace(spec, seed=spec.seed + 1).make()
    np.testing.assert_array_equal(a.inputs, b.inputs)
    np.testing.assert_array_equal(a.test_targets, b.test_targets)
    if kind not in FIXED:
        assert not np.array_equal(a.inputs, other.inputs)


@pytest.mark.parametrize("kind", MADE)
def test_data_is_finite_scaled_and_split(kind: str) -> None:
    made = DATASETS[kind]().make()
    assert np.isfinite(made.inputs).all()
    assert np.isfinite(made.targets).all()
    assert len(made.inputs) == len(made.targets) == len(made.identities)
    assert len(made.test_inputs) == len(made.test_targets)
    assert made.test_inputs.shape[1:] == made.shape
    most = {"text": made.classes - 1, "table": 12}.get(made.view, 6)
    most = 12 if kind == "memory" else most  # its noise is loud
    assert np.abs(made.inputs).max(initial=0) <= most
    if kind not in (*DRAWN, "article_pairs", "worked_example"):
        total = len(made.inputs) + len(made.test_inputs)
        assert len(made.test_inputs) == pytest.approx(total / 4, abs=0.51)
    if made.classes and kind != "drawn" and not made.per_step:
        assert set(made.targets) == set(range(made.classes))
        assert set(made.test_targets) == set(range(made.classes))


@pytest.mark.parametrize("arms", [2, 3])
def test_spirals_have_as_many_classes_as_arms(arms: int) -> None:
    assert Spiral(arms=arms).make().classes == arms


def test_xor_needs_both_inputs() -> None:
    made = Xor(noise=0.0).make()
    same_sign = made.inputs[:, 0] * made.inputs[:, 1] > 0
    np.testing.assert_array_equal(made.targets == 0, same_sign)


def test_noise_scatters() -> None:
    quiet, loud = Moons(noise=0.0).make(), Moons(noise=0.5).make()
    assert loud.inputs.std() > quiet.inputs.std()


def test_drawn_points_join_the_training_set_and_erased_ones_leave_it() -> None:
    plain = Circle(samples=50).make()
    gone = tuple(int(i) for i in plain.identities[:3])
    made = Circle(samples=50, points=((1.0, 2.0, 1), (0.5, 0.5, 2)), erased=gone).make()
    assert len(made.inputs) == len(plain.inputs) - 3 + 2
    assert made.inputs[-1].tolist() == [0.5, 0.5]
    assert made.identities[-2:].tolist() == [-1, -2]
    assert made.classes == 3
    assert not set(gone) & set(made.identities.tolist())


def test_an_empty_plane_is_a_dataset() -> None:
    made = Drawn().make()
    assert made.inputs.shape == (0, 2)
    assert made.classes == 2


def test_drawn_values_are_kept_for_regression() -> None:
    made = Ripple(samples=10, points=((0.0, 0.0, -0.7),)).make()
    assert made.targets[-1, 0] == pytest.approx(-0.7)


@pytest.mark.parametrize("name", FEATURES)
def test_features_are_what_their_names_say(name: str) -> None:
    x1, x2 = 0.7, -1.3
    expected = {
        "x1": x1, "x2": x2, "x1_squared": x1 * x1, "x2_squared": x2 * x2, "x1_x2": x1 * x2,
        "sin_x1": np.sin(x1), "sin_x2": np.sin(x2),
    }[name]  # fmt: skip
    assert apply_features((name,), np.array([[x1, x2]]))[0, 0] == pytest.approx(expected)


CSV = "height,width,kind\n1.0,2,cat\n2.0,1,dog\n1.5,2.5,cat\n2.5,0.5,dog\n"


def test_words_in_the_last_column_are_classes() -> None:
    table = parse_csv(CSV)
    assert table.columns == ("height", "width")
    assert table.class_names == ("cat", "dog")
    assert table.targets.tolist() == [0, 1, 0, 1]


def test_separators_headers_and_byte_order_marks_are_understood() -> None:
    for text in (
        CSV.replace(",", ";"),
        CSV.replace(",", "\t"),
        "\ufeff" + CSV,
        CSV.replace("\n", "\r\n"),
    ):
        assert parse_csv(text).columns == ("height", "width")
    assert parse_csv("1,2,a\n3,4,b").columns == ("x1", "x2")


def test_many_numbers_in_the_target_are_values() -> None:
    rows = "\n".join(f"{i},{i * 0.37}" for i in range(30))
    assert parse_csv(rows).class_names == ()


def test_a_named_column_can_be_the_target() -> None:
    table = parse_csv(
        "t,a,b\n" + "\n".join(f"{i * 0.7},{i},{i * i}" for i in range(20)), target="t"
    )
    assert table.columns == ("a", "b")
    assert table.target_name == "t"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("a,b\n", "no rows"),
        ("a\nb\n", "no column to learn from"),
        ("1,2,a\n3,b\n", "line 2 has 2 cells"),
        ("1,x,a\n3,4,b\n", "line 1, column 2 .*: 'x' is not a finite number"),
        ("1,inf,a\n3,4,b\n", "not a finite number"),
        ("1,2,a\n3,4,a\n", "only one class"),
        ("1,2,\0\n", "NUL"),
        ('1,2,"a\n', "CSV"),
        ("\n".join(f"1,2,c{i}" for i in range(20)), "20 classes"),
        ((",".join("1" * 70) + "\n") * 2, "columns"),
    ],
)
def test_bad_tables_say_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(Refused, match=says):
        parse_csv(text)


def test_an_unknown_target_is_said() -> None:
    with pytest.raises(Refused, match="no column 'z'"):
        parse_csv(CSV, target="z")


def test_a_table_is_scaled_by_its_training_part() -> None:
    made = Own(id="t").make_from(parse_csv("\n".join(f"{i},{100 - i},{i % 2}" for i in range(40))))
    np.testing.assert_allclose(made.inputs.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(made.inputs.std(axis=0), 1)
    np.testing.assert_allclose(
        made.scale(np.array([[3.0, 97.0]])), (np.array([[3.0, 97.0]]) - made.mean) / made.deviation
    )


def test_a_constant_column_becomes_zero() -> None:
    made = Own(id="t").make_from(parse_csv("\n".join(f"7,{i},{i % 2}" for i in range(20))))
    assert not made.inputs[:, 0].any()


@pytest.mark.parametrize("value", [0.1, 1e20 / 3, -1e29 / 7, 0])
def test_a_constant_column_of_any_size_becomes_zero_and_not_a_rounding_error(value: float) -> None:
    made = Own(id="t").make_from(parse_csv("\n".join(f"{value!r},{i},{i % 2}" for i in range(29))))
    assert not made.inputs[:, 0].any()
    assert not made.test_inputs[:, 0].any()


def test_a_column_of_tiny_numbers_is_scaled_and_not_taken_for_constant() -> None:
    made = Own(id="t").make_from(parse_csv("\n".join(f"{i}e-20,{i},{i % 2}" for i in range(20))))
    np.testing.assert_allclose(made.inputs[:, 0].std(), 1)


def test_values_to_fit_are_scaled_and_say_how() -> None:
    made = Own(id="t").make_from(parse_csv("\n".join(f"{i},{i * 0.7}" for i in range(30))))
    raw = made.targets[:, 0] * made.target_deviation + made.target_mean
    np.testing.assert_allclose(raw, made.identities * 0.7, atol=1e-9)
    constant = Own(id="t").make_from(parse_csv("\n".join(f"{i},0.5" for i in range(30))))
    assert not constant.targets.any()


def test_a_table_without_a_test_part_is_all_for_training() -> None:
    made = Own(id="t", test_fraction=0).make_from(parse_csv(CSV))
    assert (len(made.inputs), len(made.test_inputs)) == (4, 0)


def test_rows_and_targets_make_a_table_too() -> None:
    table = table_from_rows([[1, 2], [3, 4]], ["a", "b"])
    assert table.class_names == ("a", "b")
    with pytest.raises(Refused, match="2 rows but 1 targets"):
        table_from_rows([[1, 2], [3, 4]], ["a"])


def test_the_plane_of_one_column_is_that_column() -> None:
    plane = principal_plane(np.array([[3.0], [5.0], [-1.0]]))
    assert plane.project(np.array([[4.0]])).tolist() == [[4.0, 0.0]]
    assert plane.lift(np.array([[4.0, 0.3]])).tolist() == [[4.0]]
    assert plane.low[0] < -1
    assert plane.high[0] > 5


def test_the_plane_of_wide_data_is_that_of_its_principal_components() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.normal(0, 1, (200, 5)) * np.array([5, 3, 0.1, 0.1, 0.1])
    plane = principal_plane(inputs)
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-12)
    assert np.abs(plane.axes[0]).argmax() == 0
    assert np.abs(plane.axes[1]).argmax() == 1
    points = plane.project(inputs)
    np.testing.assert_allclose(plane.project(plane.lift(points)), points, atol=1e-9)


def test_a_point_of_a_drawn_curve_stays_in_its_part_whatever_is_drawn_after_it() -> None:
    points = tuple((i / 10, float(i)) for i in range(40))
    few = DrawnCurve(points=points[:20], test_fraction=0.3).make()
    many = DrawnCurve(points=points, test_fraction=0.3).make()
    assert 0 < len(few.test_inputs) < 20
    assert set(few.test_targets[:, 0]) <= set(many.test_targets[:, 0])
    assert set(few.targets[:, 0]) <= set(many.targets[:, 0])
    np.testing.assert_array_equal(many.inputs[:, 0], np.array(points)[-1 - many.identities, 0])
    assert len(DrawnCurve(points=points[:1], test_fraction=0.9).make().inputs) == 1
