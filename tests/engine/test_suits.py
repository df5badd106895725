"""What suits each kind of data: whole, and learned at its pace within ten seconds."""

from dataclasses import fields, replace
from functools import cache
from typing import get_args

import numpy as np
import pytest

from engine import Experiment, NetworkSpec
from engine.baselines import baseline
from engine.datasets import DATASETS, Table
from engine.datasets.table import parse_csv
from engine.insight import diagnose
from engine.insight.unrolled import unrolled
from engine.presets import PRESETS
from engine.suits import RECIPES, Pace, Recipe, recipe, suiting
from tests.bench.defaults import KINDS, Played, played

# How much of what the baseline leaves wrong is right after ten seconds; half where nothing is said.
# Letters are never all foreseen, and the chance in a count by nobody.
SHARES = {"zen": 0.08, "topics": 0.3, "counts": 0.5}
PLANES = [kind for kind in KINDS if DATASETS[kind].view == "plane"]


@cache
def ten_seconds(kind: str) -> Played:
    return played(kind, 0)


def test_every_kind_of_data_has_a_recipe_of_its_own() -> None:
    assert list(RECIPES) == list(DATASETS)


@pytest.mark.parametrize("kind", DATASETS)
def test_a_recipe_is_whole_and_its_pace_is_one_the_page_offers(kind: str) -> None:
    parts = suiting(DATASETS[kind])
    wanted = {f.name for f in fields(Recipe)} - {"pace"}
    assert set(parts) == wanted
    assert wanted < {f.name for f in fields(NetworkSpec)}
    assert recipe(DATASETS[kind]).pace in get_args(Pace)


def test_the_spiral_is_what_one_finds_at_first() -> None:
    default = NetworkSpec()
    assert NetworkSpec(**suiting(DATASETS["spiral"])) == default


@pytest.mark.parametrize("kind", PLANES)
def test_networks_for_the_plane_are_small_enough_to_be_watched(kind: str) -> None:
    layers = RECIPES[kind].layers
    assert 2 <= len(layers) <= 3
    assert all(layer.units <= 8 and layer.activation in ("tanh", "relu") for layer in layers)


@pytest.mark.parametrize("kind", KINDS)
def test_what_suits_beats_the_simplest_answer_within_ten_seconds(kind: str) -> None:
    run = ten_seconds(kind)
    share = (run.test_metric - run.baseline) / (1 - run.baseline)
    assert share > SHARES.get(kind, 0.5)


@pytest.mark.parametrize("kind", KINDS)
def test_after_ten_seconds_the_test_loss_is_still_near_its_best(kind: str) -> None:
    assert ten_seconds(kind).worse <= 1.3


@pytest.mark.parametrize("kind", KINDS)
def test_the_learning_is_seen_between_its_first_and_its_tenth_second(kind: str) -> None:
    """After half a second there is still something to come."""
    run = ten_seconds(kind)
    assert run.test_losses[0] - run.least > 1.25 * (run.test_losses[-1] - run.least)


@pytest.mark.parametrize("seed", range(1, 5))
@pytest.mark.parametrize("kind", PLANES)
def test_networks_for_the_plane_learn_from_other_seeds_too(kind: str, seed: int) -> None:
    run = played(kind, seed)
    assert run.test_metric > 0.9
    assert run.worse <= 1.3


@pytest.mark.parametrize(
    ("csv", "loss"),
    [
        ("a,b,target\n" + "".join(f"{i},{-i},{'x' if i < 20 else 'y'}\n" for i in range(40)), "cross_entropy"),
        ("a,b,target\n" + "".join(f"{i},{-i},{i / 8}\n" for i in range(40)), "mse"),
    ],
)  # fmt: skip
def test_a_table_of_ones_own_has_a_recipe_by_what_is_in_it(csv: str, loss: str) -> None:
    table: Table = parse_csv(csv)
    own = DATASETS["own"]
    parts = suiting(own, "classification" if table.class_names else "regression")
    assert parts["loss"] == loss
    run = Experiment(NetworkSpec(dataset=own(id="t"), **parts), tables={"t": table})  # type: ignore[call-arg]
    run.train(500)
    assert run.measure().metrics.popitem()[1] > 0.9  # type: ignore[operator]


# Presets of sequences, after the ten seconds of their data's pace


def after_ten_seconds(name: str, seed: int) -> Experiment:
    spec = PRESETS[name].spec
    run = Experiment(replace(spec, seed=seed))
    run.train(10 * recipe(spec.dataset).pace)
    return run


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("name", "share"), [("price_lstm", 0.2), ("sunspots_gru", 0.3), ("sine_rnn", 0.4)]
)
def test_a_preset_that_forecasts_beats_repeating_the_last_value(name, share, seed) -> None:
    run = after_ten_seconds(name, seed)
    compared = baseline(run.dataset, "mse")
    assert compared is not None
    assert 1 - run.measure().test_loss / compared.test_loss >= share  # type: ignore[operator]


@pytest.mark.parametrize("data", range(1, 6))
def test_a_price_is_forecast_better_than_as_now_on_other_draws_too(data) -> None:
    run = played("price", 0, data_seed=data)
    assert 1 - run.test_losses[-1] / run.compared.test_loss >= 0.2  # type: ignore[operator]


@pytest.mark.parametrize("seed", range(3))
def test_a_simple_rnn_tells_waveforms_apart(seed) -> None:
    assert after_ten_seconds("waveforms_rnn", seed).measure().metrics["test_accuracy"] > 0.8


@pytest.mark.parametrize("seed", range(3))
def test_what_the_first_step_told_is_kept_by_an_lstm_and_lost_by_a_simple_rnn(seed) -> None:
    accuracy = {
        kind: after_ten_seconds(f"vanishing_gradient_{kind}", seed)
        .measure()
        .metrics["test_accuracy"]
        for kind in ("rnn", "lstm")
    }
    assert accuracy["lstm"] > 0.95  # type: ignore[operator]
    assert accuracy["rnn"] < 0.4  # type: ignore[operator]  # a quarter is chance


@pytest.mark.parametrize("seed", range(3))
def test_at_the_start_the_gradient_comes_back_through_an_lstm_alone(seed) -> None:
    def reached(kind: str) -> float:
        run = Experiment(replace(PRESETS[f"vanishing_gradient_{kind}"].spec, seed=seed))
        data = run.dataset
        layers = [
            unrolled(run, data.inputs[n : n + 1], known=data.targets[n]).layers[0] for n in range(9)
        ]
        return float(np.median([one.grad_h[0] / one.grad_h[-1] for one in layers]))

    assert reached("rnn") < 1e-6
    assert reached("lstm") > 1e-2


def test_a_quick_look_tells_of_a_gradient_that_vanishes_as_the_exact_one_does() -> None:
    """In float32 the squares of its numbers are nothing long before they are."""
    spec = PRESETS["vanishing_gradient_rnn"].spec
    run = Experiment(replace(spec, dataset=replace(spec.dataset, length=128)))
    row, target = run.dataset.test_inputs[:1], run.dataset.test_targets[0]
    exact, quick = (unrolled(run, row, known=target, quick=quick) for quick in (False, True))
    assert quick.losses is None
    [one], [other] = exact.layers, quick.layers
    assert 0 < one.grad_h[0] < 1e-18
    np.testing.assert_allclose(other.grad_h, one.grad_h, rtol=1e-3)
    np.testing.assert_allclose(other.h, one.h, atol=1e-5)


def test_the_diagnosis_sees_which_of_the_two_cannot_learn() -> None:
    found = {
        kind: [one.name for one in diagnose(Experiment(PRESETS[f"vanishing_gradient_{kind}"].spec))]
        for kind in ("rnn", "lstm")
    }
    assert found["lstm"] == []
    assert found["rnn"]
    assert all(name.startswith("vanishing") for name in found["rnn"])
