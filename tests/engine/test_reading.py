"""What is made of a table is what scikit-learn makes of it."""

import numpy as np
import pytest
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from engine.datasets.base import split_by_class
from engine.datasets.reading import sheet_of, understood
from engine.datasets.table import mean_and_deviation


def test_words_become_the_columns_of_one_hot_encoding() -> None:
    rng = np.random.default_rng(0)
    words = np.stack([rng.choice(list("mf"), 40), rng.choice(["red", "green", "blue"], 40)], axis=1)
    lines = [f"{a},{b},{i},{'xy'[i % 2]}" for i, (a, b) in enumerate(words)]
    told = understood(sheet_of("\n".join(["sex,colour,n,class", *lines])))
    encoder = OneHotEncoder(drop="if_binary", sparse_output=False)
    wanted = encoder.fit_transform(words)
    np.testing.assert_array_equal(told.inputs[:, :4], wanted)
    names = [name.replace("_", "=", 1) for name in encoder.get_feature_names_out(["sex", "colour"])]
    assert list(told.names) == [*names, "n"]


@pytest.mark.parametrize("around", [0.0, 1e3, -1e9])
def test_columns_are_scaled_as_by_a_standard_scaler(around: float) -> None:
    known = np.random.default_rng(1).normal(around, 3.0, (200, 4))
    known[::7, 1] = np.nan
    known[:, 2] = around
    scaler = StandardScaler().fit(known)
    mean, deviation = mean_and_deviation(known)
    assert scaler.mean_ is not None
    np.testing.assert_allclose(mean, scaler.mean_, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(deviation, scaler.scale_, rtol=1e-6)


def test_a_spread_far_below_the_mean_is_a_spread() -> None:
    known = 1000 + np.random.default_rng(2).normal(0, 1e-10, (193, 1))
    mean, deviation = mean_and_deviation(known)
    assert 5e-11 < deviation[0] < 2e-10
    assert abs(((known - mean) / deviation).std() - 1) < 1e-3


@pytest.mark.parametrize(("counts", "fraction"), [((30, 10, 5), 0.25), ((50, 3), 0.4), ((9, 9), 0.5)])  # fmt: skip
def test_each_class_has_its_share_in_both_parts(counts, fraction) -> None:
    targets = np.repeat(np.arange(len(counts)), counts)
    inputs = np.zeros((len(targets), 1))
    train, test = split_by_class(inputs, targets, fraction, np.random.default_rng(3))
    assert sorted([*train, *test]) == list(range(len(targets)))
    tests = round(len(targets) * fraction)
    theirs = StratifiedShuffleSplit(1, test_size=tests, random_state=0)
    (_, wanted), *_ = theirs.split(inputs, targets)
    for one in range(len(counts)):
        mine = (targets[test] == one).sum()
        assert abs(mine - (targets[wanted] == one).sum()) <= 1
        assert abs(mine - counts[one] * fraction) < 1
        assert (targets[train] == one).any()
    assert len(test) == tests
