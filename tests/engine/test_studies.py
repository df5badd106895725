"""What runs for seconds: pieces add up, nothing of the experiment moves."""

from typing import Any

import numpy as np
import pytest

from engine import Adam, Experiment, NetworkSpec
from engine.datasets import DATASETS
from engine.errors import Refused
from engine.layers import LSTM, Embedding
from engine.studies import gather, generate
from engine.suits import suiting


def experiment(kind: str = "zen", steps: int = 0, **parts: Any) -> Experiment:
    data = DATASETS[kind]
    run = Experiment(NetworkSpec(dataset=data(), **{**suiting(data), **parts}))
    run.train(steps)
    return run


def written(run: Experiment, **settings: Any) -> dict[str, Any]:
    result: dict[str, Any] = {}
    fractions = []
    for fraction, news in generate(run, **settings):
        fractions.append(fraction)
        gather(result, news)
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    return result


def test_a_network_that_has_learned_a_text_by_heart_writes_it() -> None:
    layers = (Embedding(output_dim=16), LSTM(units=64, return_sequences=True))
    learned = experiment(steps=500, layers=layers, optimizer=Adam(learning_rate=0.01))
    found = written(learned, prompt="Beautiful", length=80, temperature=0)
    assert found["text"].startswith(" is better than ugly.\nExplicit is better than implicit.")


def test_every_character_is_drawn_from_what_the_network_says() -> None:
    run = experiment(steps=100)
    found = written(run, prompt="Now", length=60, temperature=1.5, seed=4)
    window, numbers = run.dataset.shape[0], {c: i for i, c in enumerate(run.dataset.vocabulary)}
    text = found["prompt"] + found["text"]
    for i, probability in enumerate(found["probabilities"]):
        before = text[max(0, 3 + i - window) : 3 + i]
        x = np.array([[numbers[c] for c in before]], np.float32)
        outputs = run.network.predict(run.trainer.vector, x)
        assert outputs[0, -1, numbers[text[3 + i]]] == pytest.approx(probability, rel=1e-4)


def test_the_seed_decides_and_temperature_0_takes_the_likeliest() -> None:
    run = experiment(steps=50)
    assert written(run, seed=1) == written(run, seed=1)
    assert written(run, seed=1)["text"] != written(run, seed=2)["text"]
    greedy = [written(run, prompt="a", temperature=0, seed=seed)["text"] for seed in (1, 2)]
    assert greedy[0] == greedy[1]


def test_high_temperature_draws_all_alike() -> None:
    run = experiment(steps=300)
    text = written(run, prompt="a", length=4000, temperature=100.0)["text"]
    counts = np.array([text.count(c) for c in run.dataset.vocabulary])
    expected = len(text) / len(counts)
    assert ((counts - expected) ** 2 / expected).sum() < 2 * len(counts)


def test_training_on_and_writing_do_not_touch_each_other() -> None:
    run, other = experiment(steps=20), experiment(steps=20)
    whole = written(run, seed=3)
    study, result = generate(run, seed=3), dict[str, Any]()
    for _ in range(40):
        gather(result, next(study)[1])
        run.train(1)
    for _, news in study:
        gather(result, news)
    assert result == whole
    other.train(40)
    np.testing.assert_array_equal(run.trainer.vector, other.trainer.vector)


@pytest.mark.parametrize(
    "kind", [k for k, cls in DATASETS.items() if cls.view == "text" and k != "own_text"]
)
def test_every_text_can_be_written(kind: str) -> None:
    run = experiment(kind, steps=2)
    found = written(run, length=150)
    assert set(found["prompt"] + found["text"]) <= set(run.dataset.vocabulary)
    assert len(found["text"]) == len(found["probabilities"]) == 150


def test_what_cannot_be_written_is_refused_at_once() -> None:
    with pytest.raises(Refused, match="has no ß") as caught:
        generate(experiment(), prompt="aß")
    assert caught.value.place == "prompt"
    with pytest.raises(Refused, match="spiral is no text"):
        generate(Experiment())


def test_weights_that_are_not_finite_end_it_with_a_sentence() -> None:
    run = experiment()
    run.trainer.vector[:] = np.nan
    study = generate(run)
    next(study)
    with pytest.raises(Refused, match="not finite"):
        next(study)


def test_texts_and_lists_grow_and_the_rest_is_replaced() -> None:
    result: dict[str, Any] = {}
    piece = {"text": "a", "list": [1], "best": 3}
    gather(result, piece)
    gather(result, {"text": "b", "list": [2, 3], "best": 2})
    assert result == {"text": "ab", "list": [1, 2, 3], "best": 2}
    assert piece["list"] == [1]  # the piece is not the result's to change
