"""A column of one's own table as a series."""

import numpy as np
import pytest

from engine import Experiment, NetworkSpec
from engine.assembly import make_dataset
from engine.datasets import OwnSeries, Table
from engine.datasets.table import parse_csv
from engine.errors import Refused
from engine.runs import is_another
from engine.suits import suiting

ROWS = 60


def table(price=lambda t: 100 + t + (t % 7) / 4, last=lambda t: t % 3, rows: int = ROWS) -> Table:
    lines = [f"{t},{price(t)},{last(t)}" for t in range(rows)]
    return parse_csv("\n".join(["day,price,mood", *lines]))


def made(spec: OwnSeries, kept: Table | None = None):
    return make_dataset(spec, {"t": kept or table()})


@pytest.mark.parametrize(
    ("window", "horizon", "fraction"), [(4, 1, 0.25), (8, 3, 0.5), (6, 2, 0.0)]
)
def test_windows_are_pieces_of_the_column_and_scaled_by_its_training_part(
    window, horizon, fraction
) -> None:
    data = made(OwnSeries(id="t", column="price", window=window, horizon=horizon, test_fraction=fraction))  # fmt: skip
    raw = table().inputs[:, 1]
    span = window + horizon - 1
    known = raw[: len(data.inputs) + span]
    assert data.target_mean == pytest.approx(known.mean())
    assert data.target_deviation == pytest.approx(known.std())
    np.testing.assert_allclose(data.series * data.target_deviation + data.target_mean, raw)
    for inputs, targets, places in (
        (data.inputs, data.targets, data.positions),
        (data.test_inputs, data.test_targets, data.test_positions),
    ):
        for row, target, place in zip(inputs, targets, places, strict=True):
            np.testing.assert_array_equal(
                row[:, 0], data.series[place - span : place - horizon + 1]
            )
            assert target[0] == data.series[place]
    used = len(data.inputs) + len(data.test_inputs) + span * (2 if fraction else 1)
    assert used == ROWS
    if fraction:
        assert data.positions[-1] < data.test_positions[0] - span  # no value is of both parts
        both = len(data.inputs) + len(data.test_inputs)
        assert len(data.test_inputs) == round(both * fraction)
    assert (data.view, data.task, data.columns) == ("sequence", "regression", ("price",))
    assert data.labels.series == data.labels.target == {"en": "price", "zh": "price"}


def test_without_a_name_it_is_the_target_whose_whole_numbers_are_numbers() -> None:
    data = made(OwnSeries(id="t", window=4))
    assert data.columns == ("mood",)
    np.testing.assert_allclose(
        data.series * data.target_deviation + data.target_mean, np.arange(ROWS) % 3
    )


def test_a_column_that_never_changes_is_not_divided_by_zero() -> None:
    data = made(OwnSeries(id="t", column="price", window=4), table(price=lambda t: 7))
    assert np.isfinite(data.inputs).all()
    assert data.target_deviation == 1


@pytest.mark.parametrize(
    ("spec", "kept", "place", "code", "values"),
    [
        (
            OwnSeries(id="t", column="nope"), table(), "dataset.column", "table.no_such_column",
            {"columns": "day, price, mood"},
        ),
        (
            OwnSeries(id="t"), table(last=lambda t: "ab"[t % 2]), "dataset.column",
            "series.words", {"row": 1, "cell": "a"},
        ),
        (
            OwnSeries(id="t"), table(last=lambda t: "?" if t == 9 else t % 5), "dataset.column",
            "series.dropped", {"line": 11},
        ),
        (
            OwnSeries(id="t", column="price"), table(rows=50), "dataset.window", "series.too_short",
            {"rows": 50, "least": 2 * 24 + 8},
        ),
        (
            OwnSeries(id="t", column="price", test_fraction=0, horizon=2, window=10), table(rows=18),
            "dataset.window", "series.too_short", {"least": 11 + 8},
        ),
        (OwnSeries(id="other"), table(), "dataset.id", "no_such_dataset", {}),
    ],
)  # fmt: skip
def test_what_is_no_series_is_refused_with_place_and_reason(
    spec, kept, place, code, values
) -> None:
    with pytest.raises(Refused) as refused:
        make_dataset(spec, {"t": kept})
    assert refused.value.place == place
    assert refused.value.reason.code == code
    assert values.items() <= refused.value.reason.values.items()


def test_a_gap_is_refused_with_its_row() -> None:
    kept = table()
    kept.inputs[[12, 40], 1] = np.nan
    with pytest.raises(Refused) as refused:
        made(OwnSeries(id="t", column="price"), kept)
    assert (refused.value.place, refused.value.reason.code) == ("dataset.column", "series.gap")
    assert refused.value.reason.values == {"row": 13, "column": "price"}


def test_the_least_that_is_said_is_enough() -> None:
    data = made(OwnSeries(id="t", column="price"), table(rows=2 * 24 + 8))
    assert len(data.inputs) + len(data.test_inputs) == 8


def test_it_is_learned_with_what_suits_it() -> None:
    kept = table(price=lambda t: np.sin(t / 3) * 5 + 20, rows=400)
    run = Experiment(
        NetworkSpec(dataset=OwnSeries(id="t", column="price"), **suiting(OwnSeries)),
        tables={"t": kept},
    )
    run.train(500)
    assert run.measure().metrics["test_r2"] > 0.95  # type: ignore[operator]


@pytest.mark.parametrize(
    ("change", "another"),
    [({"test_fraction": 0.5}, False), ({"column": "day"}, True), ({"id": "other"}, True)],
)
def test_another_column_is_other_data(change, another) -> None:
    kept = {"t": table(), "other": table(rows=80)}
    spec = NetworkSpec(dataset=OwnSeries(id="t", column="price", window=8), **suiting(OwnSeries))
    run = Experiment(spec, tables=kept)
    before = run._parts
    run.patch(
        NetworkSpec(
            dataset=OwnSeries(**{"id": "t", "column": "price", "window": 8, **change}),
            **suiting(OwnSeries),
        )
    )
    assert is_another(before, run._parts) is another
