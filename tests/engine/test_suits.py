"""What suits each kind of data: whole, and learned at its pace within ten seconds."""

from dataclasses import fields
from functools import cache
from typing import get_args

import pytest

from engine import Experiment, NetworkSpec
from engine.datasets import DATASETS, Table
from engine.datasets.table import parse_csv
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
