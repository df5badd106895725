"""A plane by a rule that somebody types: what is read, what is made of it, and what is refused, with its place."""

from math import pi

import numpy as np
import pytest

from engine import Experiment, NetworkSpec
from engine.datasets import Rule
from engine.errors import Refused
from engine.formulas import MAX_LENGTH, is_rule, parse_rule, value_of
from engine.suits import recipe, suiting

X, Y = np.array([-2.0, 0.0, 0.5, 1.5]), np.array([1.0, -1.0, 0.25, 2.0])

HOLDS = {
    "y > sin(3*x)": np.sin(3 * X) < Y,
    "x1*x2 >= 0": X * Y >= 0,
    "0 < x₁ < 1": (X > 0) & (X < 1),
    "not (x > 0 and y > 0) or x < -1": ~((X > 0) & (Y > 0)) | (X < -1),
    "(x > 0) xor (y > 0)": (X > 0) ^ (Y > 0),
    "x^2 + y^2 ≤ 4 and not x > 1": (X**2 + Y**2 <= 4) & ~(X > 1),
    "sqrt(x) > 1": np.array([False, False, False, True]),  # not where it is not defined
}
VALUES = {
    "2x1 + x2^2": 2 * X + Y**2,
    "2x2x1": 2 * Y * X,
    "max(x, y) - abs(x) e": np.maximum(X, Y) - np.abs(X) * np.e,
    "cos(pi x)(y + 1)": np.cos(pi * X) * (Y + 1),
}


@pytest.mark.parametrize("text", HOLDS)
def test_a_rule_holds_where_numpy_says_so(text: str) -> None:
    tree = parse_rule(text)
    assert is_rule(tree)
    np.testing.assert_array_equal(value_of(tree, X, Y), HOLDS[text])


@pytest.mark.parametrize("text", VALUES)
def test_a_formula_has_the_values_that_numpy_has(text: str) -> None:
    tree = parse_rule(text)
    assert not is_rule(tree)
    np.testing.assert_allclose(value_of(tree, X, Y), VALUES[text], rtol=1e-15)


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        (" ", "formula.empty", None),
        ("y >", "formula.ends", None),
        ("x and y > 0", "rule.not_compared", 3),
        ("not x", "rule.not_compared", 1),
        ("(x > 0) + 1", "formula.unexpected", 9),
        ("2(x > 0)", "formula.unexpected", 2),
        ("sin(x > 0)", "formula.unexpected", 7),
        ("(x > 0) > 0", "formula.unexpected", 9),
        ("y = sin(x)", "formula.unexpected", 3),
        ("x.__class__ > 0", "formula.unexpected", 2),
        ("x > 0 or z > 1", "formula.unknown_name", 10),
        ("exec(x) > 0", "formula.unknown_name", 1),
        ("x > " + "(" * 60, "formula.too_deep", None),
        ("not " * 60 + "x > 0", "formula.too_deep", None),
        ("x > " + "+".join(["x"] * 140), "formula.too_large", None),
        ("x > " + "1" * MAX_LENGTH, "formula.too_long", None),
        ("x > 1e999", "formula.number", None),
        ("y > 99", "rule.nowhere", None),
        ("abs(x) < 9", "rule.everywhere", None),
        ("ln(-1 - x^2)", "rule.undefined", None),
        ("exp(exp(9 + x^2))", "rule.undefined", None),
    ],
)
def test_what_is_no_rule_is_refused_with_its_place(text: str, code: str, at: int | None) -> None:
    with pytest.raises(Refused) as caught:
        Rule(rule=text).make()
    assert (caught.value.place, caught.value.reason.code) == ("rule", code)
    assert caught.value.reason.values.get("at") == at


def test_the_classes_are_as_the_rule_says_and_noise_moves_points_after() -> None:
    exact, moved = Rule(rule="x*y > 0").make(), Rule(rule="x*y > 0", noise=0.3).make()
    np.testing.assert_array_equal(exact.targets, exact.inputs.prod(axis=1) > 0)
    np.testing.assert_array_equal(exact.targets, moved.targets)
    assert 0.2 < (moved.inputs - exact.inputs).std() < 0.4
    assert exact.class_names == ("A", "B")


def test_values_are_learned_in_deviations_and_told_in_their_own_units() -> None:
    made = Rule(rule="100 + 50 x - y", samples=2000).make()
    assert (made.task, made.classes) == ("regression", 0)
    wanted = 100 + 50 * made.inputs[:, 0] - made.inputs[:, 1]
    np.testing.assert_allclose(made.raw(made.targets)[:, 0], wanted, rtol=1e-12)
    assert made.targets.std() == pytest.approx(1, abs=0.1)
    noisy = Rule(rule="100 + 50 x - y", samples=2000, noise=0.5).make()
    assert (noisy.targets - made.targets).std() == pytest.approx(0.5, abs=0.03)


def test_points_fall_where_there_is_a_value() -> None:
    made = Rule(rule="ln(x) / (y - 1)", samples=500).make()
    assert len(made.inputs) + len(made.test_inputs) == 500
    assert (made.inputs[:, 0] > 0).all()
    assert np.isfinite(made.targets).all()


def test_a_formula_has_a_recipe_for_values_and_learns() -> None:
    spec = Rule(rule="x*x - y")
    assert recipe(Rule).loss == "cross_entropy"
    assert recipe(spec).loss == "mse"
    run = Experiment(NetworkSpec(dataset=spec, **suiting(spec)))
    run.train(2000)
    assert run.measure().metrics["test_r2"] > 0.9
