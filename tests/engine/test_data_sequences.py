"""Series to forecast, and sequences to judge."""

from dataclasses import replace

import numpy as np
import pytest

from engine.datasets import DATASETS, Dataset
from engine.datasets.sequence import Adding, Brackets, Memory, Waveforms
from engine.datasets.series import Price, Sines, Sunspots
from engine.datasets.sunspots import FIRST_YEAR, NUMBERS

FORECASTING = ["sines", "price", "sunspots"]


@pytest.mark.parametrize("kind", FORECASTING)
@pytest.mark.parametrize(("window", "horizon"), [(24, 1), (4, 1), (64, 24), (10, 5)])
def test_windows_are_pieces_of_the_series_and_targets_lie_a_horizon_after(
    kind: str, window: int, horizon: int
) -> None:
    made = replace(DATASETS[kind](), window=window, horizon=horizon).make()
    assert made.series is not None
    assert made.positions is not None
    assert made.test_positions is not None
    assert made.shape == (window, 1)
    for inputs, targets, positions in (
        (made.inputs, made.targets, made.positions),
        (made.test_inputs, made.test_targets, made.test_positions),
    ):
        assert len(inputs) == len(positions) > 0
        for one, target, at in zip(inputs, targets, positions, strict=True):
            end = at - horizon + 1  # after the window's last value
            np.testing.assert_array_equal(one[:, 0], made.series[end - window : end])
            assert target[0] == made.series[at]
    assert made.test_positions[-1] == len(made.series) - 1


@pytest.mark.parametrize("kind", FORECASTING)
@pytest.mark.parametrize(("window", "horizon"), [(24, 1), (64, 24)])
def test_no_value_of_the_test_part_is_seen_in_training(
    kind: str, window: int, horizon: int
) -> None:
    made = replace(DATASETS[kind](), window=window, horizon=horizon).make()
    assert made.positions is not None
    assert made.test_positions is not None
    first_tested = made.test_positions[0] - (window + horizon - 1)
    assert made.positions[-1] < first_tested


@pytest.mark.parametrize("kind", FORECASTING)
def test_series_are_scaled_by_their_training_part(kind: str) -> None:
    made = DATASETS[kind]().make()
    assert made.series is not None
    assert made.positions is not None
    known = made.series[: made.positions[-1] + 1]
    assert known.mean() == pytest.approx(0, abs=1e-9)
    assert known.std() == pytest.approx(1)
    assert made.target_mean == made.mean[0]
    assert made.target_deviation == made.deviation[0]


def test_the_sunspots_are_those_that_were_counted() -> None:
    assert len(NUMBERS) == 2008 - FIRST_YEAR + 1
    assert sum(NUMBERS) == pytest.approx(15373.4)
    assert NUMBERS[1957 - FIRST_YEAR] == max(NUMBERS) == 190.2  # the highest year of this version
    made = Sunspots().make()
    assert made.series is not None
    np.testing.assert_allclose(
        made.series * made.deviation[0] + made.mean[0], NUMBERS, rtol=0, atol=1e-9
    )


def test_a_constant_series_is_not_divided_by_zero() -> None:
    made = Sunspots(test_fraction=0)._dataset(np.full(60, 3.0), 0)
    assert not made.inputs.any()


def errors(made: Dataset) -> tuple[float, float]:
    """Mean squared errors of test forecasts: of least squares, and of 'as the last value was'."""
    ones = np.ones((len(made.inputs), 1))
    weights, *_ = np.linalg.lstsq(np.hstack([made.inputs[:, :, 0], ones]), made.targets, rcond=None)
    tested = np.hstack([made.test_inputs[:, :, 0], np.ones((len(made.test_inputs), 1))])
    persistence = made.test_inputs[:, -1] - made.test_targets
    return float(((tested @ weights - made.test_targets) ** 2).mean()), float(
        (persistence**2).mean()
    )


@pytest.mark.parametrize("kind", FORECASTING)
def test_the_past_tells_more_than_the_last_value(kind: str) -> None:
    learned, persistence = errors(DATASETS[kind]().make())
    assert learned < 0.8 * persistence


def test_a_price_is_the_walk_alone_without_its_season() -> None:
    """Steps of the logarithm deviate by the season's and the noise's share."""
    made = Price(samples=5000, noise=1.0, test_fraction=0).make()
    assert made.series is not None
    steps = np.diff(made.series) * made.deviation[0]
    assert steps.std() == pytest.approx(0.05, rel=0.1)


def test_a_quiet_sine_repeats_itself() -> None:
    made = Sines(waves=1, noise=0.0, test_fraction=0).make()
    learned, _ = errors(replace(made, test_inputs=made.inputs, test_targets=made.targets))
    assert learned < 1e-20


def test_waveforms_are_equally_loud_and_only_noise_is_rough() -> None:
    made = Waveforms(samples=4000, noise=0.0, test_fraction=0).make()
    values = made.inputs[:, :, 0]
    loudness = [values[made.targets == c].std() for c in range(4)]
    assert max(loudness) / min(loudness) < 1.1
    square = values[made.targets == 1]
    assert (np.abs(square) == np.abs(square[:, :1])).all()
    bends = [np.median(np.abs(np.diff(values[made.targets == c], 2))) for c in range(4)]
    assert bends[3] > 4 * max(bends[:3])


@pytest.mark.parametrize("length", [5, 6, 30, 100])
def test_the_two_marked_numbers_add_up_to_the_target(length: int) -> None:
    made = Adding(samples=500, length=length, test_fraction=0).make()
    assert made.shape == (length, 2)
    values, marks = made.inputs[:, :, 0], made.inputs[:, :, 1]
    assert set(np.unique(marks)) == {0, 1}
    assert (marks[:, : length // 2].sum(axis=1) == 1).all()
    assert (marks[:, length // 2 :].sum(axis=1) == 1).all()
    for row, mark, target in zip(values, marks, made.targets, strict=True):
        assert target[0] == pytest.approx(sum(v for v, m in zip(row, mark, strict=True) if m))
    assert ((made.targets - 1) ** 2).mean() == pytest.approx(1 / 6, rel=0.2)


@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_the_class_stands_in_the_first_step_and_nowhere_else(noise: float) -> None:
    made = Memory(samples=400, length=20, noise=noise).make()
    for inputs, targets in ((made.inputs, made.targets), (made.test_inputs, made.test_targets)):
        assert np.array_equal(inputs[:, 0, :4], np.eye(4)[targets.astype(int)])
        assert (inputs[:, 0, 4:] == 0).all()
        assert (inputs[:, 1:, :4] == 0).all()
        assert inputs[:, 1:, 4:].std() == pytest.approx(2 * noise, rel=0.05)


def balanced(text: str) -> bool:
    """By crossing out pairs until none is left: unlike the generator, which counts depths."""
    while "()" in text:
        text = text.replace("()", "")
    return not text


@pytest.mark.parametrize("pairs", [2, 3, 10, 32])
def test_brackets_are_labelled_as_they_are(pairs: int) -> None:
    made = Brackets(samples=600, pairs=pairs, test_fraction=0).make()
    assert made.shape == (2 * pairs, 2)
    assert (made.inputs.sum(axis=2) == 1).all()
    texts = ["".join("()"[int(step[1])] for step in row) for row in made.inputs]
    assert [int(balanced(text)) for text in texts] == made.targets.tolist()
    assert made.targets.mean() == 0.5
    even = np.array([text.count("(") == pairs for text in texts])
    assert even[made.targets == 0].mean() == pytest.approx(0.5, abs=0.01)
    starts = np.array([text[0] == "(" for text in texts])
    if pairs >= 10:  # the first bracket alone must not give them away
        assert starts[made.targets == 0].mean() > 0.75


def test_balanced_rows_are_equally_likely() -> None:
    made = Brackets(samples=10_000, pairs=3, test_fraction=0).make()
    rows, counts = np.unique(made.inputs[made.targets == 1], axis=0, return_counts=True)
    assert len(rows) == 5  # the third Catalan number
    assert np.abs(counts - 1000).max() < 130
