"""What the records say of activation functions in words and bounds, held to their values."""

import re

import numpy as np
import pytest

from engine.activations import ACTIVATIONS, FLAT_SLOPE, SOFTMAX

ALL = {**ACTIVATIONS, "softmax": SOFTMAX}
# Where nothing rounds to a bound that is not reached: tanh is 1 in float64 from z = 19 on.
GRID = np.linspace(-15, 15, 300_001)


@pytest.mark.parametrize("name", ALL)
def test_every_function_says_where_it_is_used_and_where_it_fails(name: str) -> None:
    for text in (ALL[name].summary, ALL[name].used, ALL[name].fails):
        assert set(text) == {"en", "zh"}
        assert text["en"].endswith(".")
        assert text["zh"].endswith("。")
        assert re.search(r"[\u4e00-\u9fff]", text["zh"])
        assert 20 < len(text["en"]) < 130
        # The same works in both languages.
        assert re.findall(r"\d{4}", text["en"]) == re.findall(r"\d{4}", text["zh"])
    assert len({id(t) for t in (ALL[name].summary, ALL[name].used, ALL[name].fails)}) == 3


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_stay_in_their_range_and_reach_its_ends_only_where_it_is_said(name: str) -> None:
    record = ACTIVATIONS[name]
    a = record.value(GRID)
    for bound, end, nearest in (
        (record.low, a.min(), 1 / 16),
        (None if record.high is None else -record.high, (-a).min(), 1 / 16),
    ):
        if bound is None:
            assert end < -10 or (name == "leaky_relu" and end == pytest.approx(-0.15))
            continue
        assert end >= bound
        if record.reached:
            assert end == pytest.approx(bound, abs=2e-5)
        else:
            assert bound < end <= bound + nearest


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_it_is_flat_where_it_is_said_to_be_and_nowhere_beside(name: str) -> None:
    record = ACTIVATIONS[name]
    if record.steepest is None:
        assert record.flat_below is record.flat_above is None
        return
    slope = np.abs(record.slope(GRID, record.value(GRID)))
    grid, limit = GRID, FLAT_SLOPE * record.steepest
    below = -np.inf if record.flat_below is None else record.flat_below
    above = np.inf if record.flat_above is None else record.flat_above
    assert (slope[grid < below - 1e-3] < limit).all()
    assert (slope[grid > above + 1e-3] < limit).all()
    # Right beside it is not.
    for edge, inward in ((below, 2e-3), (above, -2e-3)):
        if np.isfinite(edge):
            assert slope[np.abs(grid - (edge + inward)).argmin()] >= limit


def test_the_figures_in_the_words_are_so() -> None:
    def slope(name: str, z: float) -> float:
        at = np.array([z], np.float64)
        return float(ACTIVATIONS[name].slope(at, ACTIVATIONS[name].value(at))[0])

    for name, lowest in (("gelu", -0.75), ("swish", -1.28), ("mish", -1.19)):
        assert f"z = {lowest}".replace("-", "−") in ACTIVATIONS[name].fails["en"]
        assert slope(name, lowest - 0.02) < 0 < slope(name, lowest + 0.02)
    assert "1/4" in ACTIVATIONS["softsign"].fails["en"]
    assert slope("softsign", 1) == pytest.approx(0.25)
    for name, edge in (("hard_sigmoid", 3), ("hard_tanh", 1)):
        assert f"±{edge}" in ACTIVATIONS[name].fails["en"]
        assert slope(name, edge + 0.01) == slope(name, -edge - 0.01) == 0
    assert slope("relu6", -0.01) == slope("relu6", 6.01) == 0
    assert slope("leaky_relu", -1) == 0.01
    assert slope("elu", -3.9) == pytest.approx(0.02, rel=0.02)
    assert slope("tanh", 2.64) == pytest.approx(0.02, rel=0.02)
    shares = SOFTMAX.value(np.array([1.0, -2.0, 0.5]))
    assert SOFTMAX.value(np.array([6.0, 3.0, 5.5])) == pytest.approx(shares)
    sure = SOFTMAX.value(np.array([12.0, 0.0, 0.0]))
    assert (SOFTMAX.slope(np.zeros(3), sure) < 2e-5).all()
