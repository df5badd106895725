"""What each unit is worth: what switching it off and measuring gives."""

from typing import Any

import pytest

from engine import Dense
from engine.datasets.curve import Sine
from engine.datasets.image import Digits
from engine.datasets.plane import Spiral
from engine.errors import Refused
from engine.insight import ablate
from engine.layers import Flatten

from .kinds import OF_LAYER, experiment, same_state

ABLATED: dict[str, dict[str, Any]] = {
    "plane": {"dataset": Spiral(samples=200), "compiled": True},
    "residual": {**OF_LAYER["residual"], "compiled": True},
    "norm": OF_LAYER["batch_norm"],
    "images": {**OF_LAYER["max_pool2d"], "compiled": True},
    "sequences": {**OF_LAYER["lstm"], "compiled": True},
    "text": {**OF_LAYER["embedding"], "compiled": True},
}


@pytest.mark.parametrize("name", ABLATED)
def test_ablating_is_switching_off_and_measuring(name: str) -> None:
    run = experiment(**ABLATED[name])
    run.train(30)
    layer = next(layer for layer, count in run.network.units.items() if count > 1)
    run.operate(layer, 0, "off")
    state = run.state()
    found = ablate(run)
    assert same_state(state, run.state())
    assert [(w.layer, w.unit) for w in found.units] == [
        (layer, unit) for layer, count in run.network.units.items() for unit in range(count)
    ]

    def hold(measures, train, test) -> None:
        metrics = measures.metrics
        assert (train.loss, test.loss) == (measures.loss, measures.test_loss)
        assert (train.accuracy, test.accuracy) == (metrics["accuracy"], metrics["test_accuracy"])

    hold(run.measure(), found.train, found.test)
    for worth in found.units:
        if (worth.layer, worth.unit) == (layer, 0):
            assert (worth.train, worth.test) == (found.train, found.test)
            continue
        run.operate(worth.layer, worth.unit, "off")
        hold(run.measure(), worth.train, worth.test)
        confusion = run.confusion()
        for part, quality in (("train", worth.train), ("test", worth.test)):
            if confusion is None:
                assert quality.by_class is None
                continue
            by_class = [
                row[k] / sum(row) if sum(row) else None for k, row in enumerate(confusion[part])
            ]
            assert quality.by_class == by_class
        run.operate(worth.layer, worth.unit, "on")


def test_of_values_there_is_the_loss_alone() -> None:
    run = experiment(**{"layers": (Dense(units=3),), "loss": "mse", "dataset": Sine(samples=40)})
    found = ablate(run, "dense_1")
    assert len(found.units) == 3
    assert all(w.train.accuracy is None and w.train.by_class is None for w in found.units)
    assert all(w.train.loss is not None for w in found.units)


def test_a_large_network_is_looked_at_with_fewer_samples_or_refused() -> None:
    run = experiment(dataset=Digits(samples=600), layers=(Flatten(), Dense(units=256)))
    found = ablate(run)
    assert 64 <= found.samples[0] < found.of[0] == len(run.trainer.inputs)
    wide = tuple(Dense(units=300) for _ in range(8))
    run = experiment(dataset=Spiral(samples=200), layers=wide)
    with pytest.raises(Refused) as refused:
        ablate(run)
    assert refused.value.reason.code == "ablation_too_costly"
    assert refused.value.limit == "max_work"
    with pytest.raises(Refused):
        ablate(run, "output")
