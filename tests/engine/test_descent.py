"""Surfaces, formulas and the optimizers that race on them."""

from math import inf, pi
from typing import get_args

import numpy as np
import pytest

from engine.descent import SURFACES, Formula, SurfaceName, descended, noises, own, race, worked_step
from engine.errors import Refused
from engine.formulas import FUNCTIONS, MAX_LENGTH
from engine.insight.worked.terms import value_of
from engine.kernels.descent import evaluate
from engine.optimizers import OPTIMIZERS, SGD, Adam

# What a formula means, in Python.
MEANT = {
    "x^2 + y^2": lambda x, y: x**2 + y**2,
    "-x^2": lambda x, y: -(x**2),
    "2x y": lambda x, y: 2 * x * y,
    "xy": lambda x, y: x * y,
    "3(x + 1)(y - 1)": lambda x, y: 3 * (x + 1) * (y - 1),
    "2^3^2 + x": lambda x, y: 512 + x,
    "2^-x": lambda x, y: 2**-x,
    "1 - 2 - x": lambda x, y: -1 - x,
    "8 / 2 / 2 y": lambda x, y: 2 * y,
    "6 / 2(x + 3)": lambda x, y: 3 * (x + 3),
    "--x + - + y": lambda x, y: x - y,
    "1.5e-1 x − .5 y": lambda x, y: 0.15 * x - 0.5 * y,
    "pi x + e + π": lambda x, y: pi * x + np.e + pi,
    "sin(x) cos(y) tan(x/4)": lambda x, y: np.sin(x) * np.cos(y) * np.tan(x / 4),
    "exp(x) - ln(y^2 + 1) + log(3)": lambda x, y: np.exp(x) - np.log(y**2 + 1) + np.log(3),
    "sqrt(x^2 + 1) abs(y) tanh(x)": lambda x, y: np.sqrt(x**2 + 1) * np.abs(y) * np.tanh(x),
    "sinh(x) + cosh(y) atan(x y)": lambda x, y: np.sinh(x) + np.cosh(y) * np.arctan(x * y),
    "max(x, y) - min(2x, 1)": lambda x, y: np.maximum(x, y) - np.minimum(2 * x, 1),
    "(x^2 + 1)^y": lambda x, y: (x**2 + 1) ** y,
    "x**2": lambda x, y: x**2,
    "(x - 4)^(1/2) + x^(-1)": lambda x, y: (x - 4 + 0j).real * 0 + np.sqrt(x - 4) + 1 / x,
}
POINTS = np.random.default_rng(3).uniform(-2, 2, (40, 2))


@pytest.mark.parametrize("text", MEANT)
def test_a_formula_means_what_it_says_and_its_gradient_is_that_of_differences(text: str) -> None:
    x, y = POINTS.T
    with np.errstate(all="ignore"):
        wanted = MEANT[text](x, y) + 0 * x
        found = Formula(text).slopes(x, y)
        np.testing.assert_allclose(found.value, wanted, rtol=1e-12, atol=1e-12)
        h = 1e-6
        for slope, (dx, dy) in ((found.dx, (h, 0)), (found.dy, (0, h))):
            differences = (MEANT[text](x + dx, y + dy) - MEANT[text](x - dx, y - dy)) / (2 * h)
            smooth = np.abs(x - y) > 1e-3  # max has a kink there
            np.testing.assert_allclose(slope[smooth], (differences + 0 * x)[smooth], rtol=1e-6, atol=1e-7)  # fmt: skip


@pytest.mark.parametrize("text", [*MEANT, *(surface.text for surface in SURFACES.values())])
def test_the_compiled_form_is_the_definition(text: str) -> None:
    formula = Formula(text)
    codes, values = formula.program
    stack = np.empty((codes.size, 3))
    wanted = formula.slopes(*POINTS.T)
    for k, (x, y) in enumerate(POINTS):
        evaluate(codes, values, x, y, stack)
        expected = [wanted.value[k], wanted.dx[k], wanted.dy[k]]
        np.testing.assert_allclose(stack[0], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "formula.empty"), ("   ", "formula.empty"), ("x +", "formula.ends"), ("(x", "formula.ends"),
        ("x)", "formula.unexpected"), ("x ; y", "formula.unexpected"), ("x = 2", "formula.unexpected"),
        ("__import__('os')", "formula.unexpected"), ("z + 1", "formula.unknown_name"),
        ("eval(x)", "formula.unknown_name"), ("lambda x", "formula.unknown_name"), ("sin x", "formula.unexpected"),
        ("min(x)", "formula.unexpected"), ("sin(x, y)", "formula.unexpected"), ("sin", "formula.ends"), ("x y z", "formula.unknown_name"),
        ("1e999", "formula.number"), ("(" * 60 + "x" + ")" * 60, "formula.too_deep"), ("-" * 60 + "x", "formula.unexpected"),
        ("x^" * 60 + "2", "formula.too_deep"), ("+".join(["x"] * 140), "formula.too_large"),
        ("x" + " " * MAX_LENGTH + "+ y", "formula.too_long"), ("x.real", "formula.unexpected"), ("x[0]", "formula.unexpected"),
        ("“x”", "formula.unexpected"), ("x\u0000", "formula.unexpected"), ("**x", "formula.unexpected"), ("()", "formula.unexpected"),
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused_with_its_place(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        Formula(text)
    assert (refused.value.place, refused.value.reason.code) == ("formula", code)


def test_a_refusal_names_the_character() -> None:
    with pytest.raises(Refused) as refused:
        Formula("x + 2 @ y")
    assert refused.value.reason.values == {"what": "@", "at": 7}
    assert all(name in str(_refusal("q")) for name in FUNCTIONS)


def _refusal(text: str) -> Refused:
    with pytest.raises(Refused) as refused:
        Formula(text)
    return refused.value


@pytest.mark.parametrize("name", SURFACES)
def test_known_minima_are_minima(name: str) -> None:
    surface = SURFACES[name]
    for minimum in surface.minima:
        found = surface.formula.slopes(*minimum)
        assert np.hypot(found.dx, found.dy) < 1e-9
        assert surface.formula.curvature(*minimum)[0] > 0
    assert name in get_args(SurfaceName)
    lowest = surface.grid(201)[2].min()
    assert min(float(surface.formula.slopes(*m).value) for m in surface.minima) <= lowest + 1e-12
    for corner in (surface.start, *surface.minima):
        assert all(low <= at <= high for low, at, high in zip(surface.low, corner, surface.high, strict=True))  # fmt: skip


def test_a_grid_has_x_across_and_y_up() -> None:
    x, y, values = own("x + 10 y", (0, 0), (1, 2)).grid(3)
    assert x.tolist() == [0, 0.5, 1]
    assert y.tolist() == [0, 1, 2]
    assert values.tolist() == [[0, 0.5, 1], [10, 10.5, 11], [20, 20.5, 21]]


def test_curvature_is_that_of_the_hessian() -> None:
    least, largest = Formula("3 x^2 + 4 x y - y^2").curvature(0.3, -0.2)
    np.testing.assert_allclose([least, largest], np.linalg.eigvalsh([[6, 4], [4, -2]]), rtol=1e-8)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_step_in_numbers_is_the_step_that_is_made(kind: str) -> None:
    surface, optimizer = SURFACES["beale"], OPTIMIZERS[kind](learning_rate=1e-3)
    noise = noises(5, 0.5, 12)
    path = descended(surface, surface.start, optimizer, noise)
    for k in (0, 1, 10):
        worked = worked_step(surface, path, k, noise)
        np.testing.assert_allclose(worked.after, path.points[k + 1], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(worked.gradient, path.gradients[k] + noise[k])
        for axis, lines in enumerate(worked.lines):
            assert lines[0].what == "slope"
            assert lines[-1].value == worked.after[axis]
            for line in lines:
                assert value_of(line.term) == pytest.approx(line.value, rel=1e-9, abs=1e-15)


def test_rate_times_curvature_past_2_goes_away_from_the_bowl_and_below_it_comes_nearer() -> None:
    surface = SURFACES["bowl"]
    below, beyond = race(surface, surface.start, [SGD(learning_rate=0.99), SGD(learning_rate=1.01)], 50)  # fmt: skip
    assert below.curvatures[0] * 0.99 < 2 < beyond.curvatures[0] * 1.01
    assert (np.diff(below.values) < 0).all()
    assert (np.diff(beyond.values) > 0).all()


def test_a_path_ends_where_the_surface_is_not_finite_any_more() -> None:
    (path,) = race(SURFACES["rosenbrock"], (-1.2, 1), [SGD(learning_rate=0.1)], 100)
    assert path.state == "diverged"
    assert len(path.points) < 20
    assert np.isfinite(path.values[:-1]).all()
    assert not np.isfinite(path.gradients[-1]).all()
    (edge,) = race(own("ln(x)", (-1, -1), (1, 1)), (0.5, 0), [SGD(learning_rate=1)], 10)
    assert edge.state == "diverged"


def test_noise_is_the_same_for_all_and_by_its_seed() -> None:
    surface = SURFACES["ravine"]
    one, two = race(surface, surface.start, [SGD(), Adam()], 30, noise=0.4, seed=3)
    again, _ = race(surface, surface.start, [SGD(), Adam()], 30, noise=0.4, seed=3)
    other, _ = race(surface, surface.start, [SGD(), Adam()], 30, noise=0.4, seed=4)
    np.testing.assert_array_equal(one.points, again.points)
    assert not np.array_equal(one.points, other.points)
    np.testing.assert_array_equal(two.points[0], one.points[0])
    drawn = noises(0, 2.0, 20_000)
    assert drawn.std() == pytest.approx(2, rel=0.02)
    assert abs(drawn.mean()) < 0.05
    # Gradients are told as the surface has them.
    found = surface.formula.slopes(*one.points.T)
    np.testing.assert_allclose(one.gradients, np.column_stack([found.dx, found.dy]))


def test_what_cannot_be_raced_is_refused() -> None:
    with pytest.raises(Refused, match="no finite value"):
        own("ln(-1 - x^2)", (-1, -1), (1, 1))
    with pytest.raises(Refused, match="below high"):
        own("x", (0, 0), (0, 1))
    with pytest.raises(Refused) as refused:
        race(SURFACES["bowl"], (1, 1), [OPTIMIZERS["lbfgs"]()] * 16, 10_000)
    assert refused.value.limit == "max_answer_numbers"
    assert inf > SURFACES["beale"].steepness > 0
