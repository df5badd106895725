"""Races: every variant is the run that its spec alone is; what they say of means and spreads."""

import tracemalloc
from dataclasses import replace
from statistics import mean, stdev
from typing import Any

import numpy as np
import pytest

from engine.datasets import Circle, Digits, Spiral
from engine.datasets.plane import Drawn
from engine.errors import Refused
from engine.experiment import Experiment
from engine.layers import BatchNorm, Conv2D, Dense, Dropout, Flatten
from engine.optimizers import SGD, Adam, RMSprop
from engine.schedules import Plateau
from engine.spec import NetworkSpec
from engine.studies import Share, compared, gather, gather_race, race, rate_finder, what_if
from engine.studies.rate_finder import suggested

from .kinds import UNEVEN

WEIGHTS: tuple[Any, ...] = ("none", "balanced")
SMALL = NetworkSpec(dataset=Spiral(samples=90), layers=(Dense(units=4),))
KINDS = {
    "rates": [replace(SMALL, optimizer=SGD(learning_rate=rate)) for rate in (0.01, 0.1)],
    "optimizers": [replace(SMALL, optimizer=one) for one in (Adam(), RMSprop(), SGD(momentum=0.9))],
    "batches": [replace(SMALL, batch_size=size) for size in (1, 7, 200)],
    "seeds": [replace(SMALL, seed=seed) for seed in (0, 1, 2)],
    "dropout": [
        replace(SMALL, layers=(Dense(units=4), Dropout(rate=rate)), seed=3) for rate in (0.2, 0.5)
    ],
    "plateau": [replace(SMALL, schedule=Plateau(patience=patience)) for patience in (1, 5)],
    "data": [replace(SMALL, dataset=Circle(samples=60)), SMALL],
    "images": [
        replace(SMALL, dataset=Digits(samples=60), layers=(Flatten(), Dense(units=4)), seed=seed)
        for seed in (0, 1)
    ],
}
NORMED = NetworkSpec(
    dataset=Drawn(points=UNEVEN, test_fraction=0.0), layers=(Dense(units=4), BatchNorm()), batch_size=5
)  # fmt: skip
KINDS["weights"] = [replace(NORMED, layers=SMALL.layers, class_weight=w) for w in WEIGHTS]
KINDS["joined"] = [replace(NORMED, class_weight=w) for w in WEIGHTS]  # 76 samples
STEPS = 150


def raced(specs: list[NetworkSpec], steps: int, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
    result: dict[str, Any] = {"variants": [{"course": {}} for _ in specs]}
    fractions = [0.0]
    for fraction, news in race(specs, steps, *args, **kwargs):
        fractions.append(fraction)
        gather_race(result, news)
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1)
    return result["variants"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_variant_is_the_run_that_its_spec_alone_is(kind: str) -> None:
    specs = KINDS[kind]
    for spec, found in zip(specs, raced(specs, STEPS), strict=True):
        alone = Experiment(spec)
        losses = alone.train(STEPS)
        opened = Experiment(spec)
        opened.load_state(found["kept"])
        assert np.array_equal(opened.trainer.state.buffer[2:], alone.trainer.state.buffer[2:])
        assert np.array_equal(opened.trainer.vector, alone.trainer.vector)
        assert np.array_equal(opened.train(20), alone.train(20))
        opened.seek(STEPS // 2)  # and its past is there, too
        again = Experiment(spec)
        again.train(STEPS // 2)
        assert np.array_equal(opened.trainer.vector, again.trainer.vector)
        course = found["course"]
        width = course["step"][0]
        pieces = [losses[i : i + width].mean() for i in range(0, STEPS, width)]
        assert course["loss"] == pytest.approx(pieces)
        assert (course["step"][-1], found["state"], found["step"]) == (STEPS, "done", STEPS)


def test_what_a_variant_came_to_is_what_an_experiment_measures() -> None:
    found = raced(KINDS["rates"], 600, 0.9)[1]
    alone = Experiment(KINDS["rates"][1])
    losses = alone.train(600)
    measures = alone.measured()
    assert (found["loss"], found["test_loss"]) == (measures.loss, measures.test_loss)
    assert found["metrics"] == measures.metrics
    window = alone.trainer.steps_per_epoch
    means = [losses[i : i + window].mean() for i in range(600 - window + 1)]
    assert found["steps_to_target"] == next(i for i, m in enumerate(means) if m <= 0.9) + window
    assert found["best_loss"] == min(found["course"]["test_loss"])
    boundary = alone.boundary(found["picture"]["side"])["outputs"]
    assert found["picture"]["kind"] == "plane"
    from base64 import b64decode

    levels = np.frombuffer(b64decode(found["picture"]["levels"]), np.uint8).reshape(boundary.shape)
    assert np.abs(levels / 255 - boundary).max() <= 0.5 / 255 + 1e-6


def test_workers_share_all_variants_and_find_the_same() -> None:
    specs = [*KINDS["batches"], *KINDS["seeds"]]
    whole = raced(specs, 40)
    for number in (0, 1):
        part: dict[str, Any] = {"variants": [{"course": {}} for _ in specs]}
        for _, news in race(specs, 40, share=Share(number, 2)):
            gather_race(part, news)
        for one, other in zip(part["variants"], whole, strict=True):
            assert not one["course"] or one["loss"] == other["loss"]
    costs = [5, 1, 9, 3, 3]
    shares = [Share(i, 2).chosen(costs) for i in (0, 1)]
    assert sorted(shares[0] + shares[1]) == [0, 1, 2, 3, 4]
    assert abs(sum(costs[k] for k in shares[0]) - sum(costs[k] for k in shares[1])) <= 1


def test_a_variant_that_diverges_is_a_result() -> None:
    wild = replace(SMALL, optimizer=SGD(learning_rate=1e30))
    found = raced([wild, SMALL], 100)
    alone = Experiment(wild)
    alone.train(100)
    assert [one["state"] for one in found] == ["diverged", "done"]
    assert found[0]["divergence"] == alone.diverged
    assert found[0]["step"] == alone.step < 100


def test_a_race_too_large_is_refused_before_it_begins() -> None:
    wide = replace(SMALL, layers=(Dense(units=500), Dense(units=500)))
    with pytest.raises(Refused) as refused:
        race([replace(wide, seed=seed) for seed in range(20)], 10)
    assert refused.value.limit == "max_race_parameters"
    with pytest.raises(Refused) as refused:
        race([replace(wide, seed=seed) for seed in range(7)], 20_000)
    assert refused.value.limit == "max_race_work"
    with pytest.raises(Refused) as refused:
        race(
            [SMALL, replace(SMALL, loss="mse", dataset=Digits(samples=50), features=("x1", "x1"))],
            10,
        )
    assert refused.value.place == "variants.1.features.1"


def test_variants_share_their_samples_and_what_a_batch_passes_through() -> None:
    layers = (Conv2D(filters=8), Flatten())
    spec = NetworkSpec(dataset=Digits(samples=800), layers=layers, batch_size=100)
    peaks = []
    for count in (1, 1, 16):  # the first loads what all need
        tracemalloc.start()
        raced([replace(spec, seed=seed) for seed in range(count)], 6)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 2 * peaks[1]


def variant(rate: float, seed: int, loss: float, state: str = "done") -> dict[str, Any]:
    return {
        "values": {"optimizer.learning_rate": rate, "seed": seed}, "state": state, "loss": loss,
        "test_loss": loss + 1, "metrics": {"accuracy": 1 - loss}, "steps_to_target": None,
    }  # fmt: skip


def test_means_and_spreads_are_those_of_statistics_and_say_what_chance_may_be() -> None:
    losses = {0.1: [0.2, 0.4, 0.3], 0.3: [0.25, 0.45, 0.32], 1.0: [0.9, 0.8, 0.85]}
    variants = [variant(r, seed, loss) for r, of in losses.items() for seed, loss in enumerate(of)]
    found = compared(variants, "loss")
    for group, of in zip(found["groups"], losses.values(), strict=True):
        assert group["mean"]["loss"] == pytest.approx(mean(of))
        assert group["spread"]["loss"] == pytest.approx(stdev(of))
    assert (found["best"], found["second"], found["within"]) == (0, 1, True)
    clear = [one for one in variants if one["values"]["optimizer.learning_rate"] != 0.3]
    assert compared(clear, "loss")["within"] is False
    assert compared(clear, "accuracy")["best"] == 0
    assert compared([variant(0.1, 0, 0.2), variant(0.3, 0, 0.3)], "loss")["within"] is None
    # One that diverges with some seeds is behind what always comes through.
    gone = [variant(0.3, 0, 0.01), variant(0.3, 1, 9.0, "diverged"), *variants[:3]]
    assert compared(gone, "loss")["best"] == 1


def gathered(study: Any) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for _, news in study:
        gather(result, news)
    return result


def test_what_if_is_the_network_begun_anew_under_another_spec() -> None:
    experiment = Experiment(SMALL)
    experiment.train(50)
    before = experiment.trainer.vector.copy()
    spec = replace(SMALL, optimizer=SGD(learning_rate=0.2), layers=(Dense(units=6),))
    found = gathered(what_if(experiment, spec, 120, 20))
    alone = Experiment(spec)
    losses = alone.train(120)
    assert found["loss"] == alone.measured().loss
    weighed = gathered(what_if(experiment, KINDS["joined"][1], 60, 20))
    joined = Experiment(KINDS["joined"][1])
    joined.train(60)
    assert weighed["loss"] == joined.measured().loss
    assert found["course"]["loss"][0] == pytest.approx(losses[:2].mean())
    assert found["boundary"]["outputs"] == alone.boundary(20)["outputs"].tolist()
    assert np.array_equal(experiment.trainer.vector, before)
    assert experiment.step == 50


def test_the_rate_finder_trains_a_copy_with_rates_that_rise() -> None:
    experiment = Experiment(replace(SMALL, optimizer=SGD(momentum=0.5)))
    experiment.train(30)
    before = {name: array.copy() for name, array in experiment.state().items()}
    found = gathered(rate_finder(experiment, 1e-4, 10, 200))
    assert all(np.array_equal(before[name], array) for name, array in experiment.state().items())
    # The same by hand: one update after another, each under a spec with its own rate.
    rates, losses = np.geomspace(1e-4, 10, 200), []
    for rate in rates[:40]:
        optimizer = SGD(momentum=0.5, learning_rate=float(rate))
        experiment.patch(replace(experiment.spec, optimizer=optimizer))
        losses += experiment.train(1).tolist()
    assert found["rates"][:40] == pytest.approx(rates[:40])
    assert found["losses"][:40] == losses
    weights = 0.95 ** np.arange(39, -1, -1)
    assert found["smoothed"][39] == pytest.approx((weights * losses).sum() / weights.sum())
    assert found["suggestion"] <= found["minimum"] / 10 * (1 + 1e-9)
    with pytest.raises(Refused):
        rate_finder(experiment, 1, 1)


def test_the_suggestion_is_where_the_loss_falls_steepest_or_a_tenth_of_where_it_is_least() -> None:
    rates = np.geomspace(1e-5, 10, 201)
    logs = np.log10(rates)
    falling = 1 - 1 / (1 + np.exp(-6 * (logs + 3))) + np.maximum(0, logs) * 3
    found = suggested(rates, falling.tolist(), falling.tolist())
    assert found["reason"] == "steepest"
    assert np.log10(found["suggestion"]) == pytest.approx(-3, abs=0.1)
    late = 1 - 1 / (1 + np.exp(-6 * (logs + 0.3))) + np.maximum(0, logs - 0.1) * 9
    found = suggested(rates, late.tolist(), late.tolist())
    assert found["reason"] == "tenth"
    assert found["suggestion"] == pytest.approx(found["minimum"] / 10)
    flat = np.ones(201) + 0.3 * np.random.default_rng(0).standard_normal(201)
    weights = 0.95 ** np.arange(200, -1, -1)
    smoothed = [float((weights[-i:] * flat[:i]).sum() / weights[-i:].sum()) for i in range(1, 202)]
    assert suggested(rates, flat.tolist(), smoothed)["suggestion"] is None
