"""What runs for seconds: pieces add up, nothing of the experiment moves."""

from typing import Any

import numpy as np
import pytest

from engine import Adam, Experiment, NetworkSpec
from engine.datasets import DATASETS, OwnText
from engine.errors import Refused
from engine.insight import next_character, surprise
from engine.layers import LSTM, Embedding
from engine.studies import gather, generate
from engine.suits import suiting
from engine.writing import sampled


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


def test_top_k_draws_from_the_likeliest_alone_and_of_one_it_is_the_likeliest() -> None:
    run = experiment(steps=100)
    greedy = written(run, prompt="The", length=80, temperature=0)
    for temperature in (0.3, 1.0, 5.0):
        assert written(run, prompt="The", length=80, temperature=temperature, top_k=1) == greedy
    found = written(run, prompt="The", length=200, temperature=3.0, top_k=3, alternatives=3)
    among = [
        c in a["characters"] for c, a in zip(found["text"], found["alternatives"], strict=True)
    ]
    assert all(among)
    assert len({a["characters"].index(c) for c, a in zip(found["text"], found["alternatives"], strict=True)}) == 3  # fmt: skip
    every = len(run.dataset.vocabulary)
    assert written(run, seed=2, top_k=every) == written(run, seed=2)
    with pytest.raises(Refused, match=f"has {every} different .* 1 to {every}") as caught:
        generate(run, top_k=every + 1)
    assert (caught.value.place, caught.value.limit) == ("top_k", "vocabulary")


def test_alternatives_are_what_the_next_character_is_said_to_be() -> None:
    run = experiment(steps=60)
    found = written(
        run, prompt="Simple", length=5, temperature=0.5, top_k=4, alternatives=6, seed=1
    )
    text = found["prompt"] + found["text"]
    for i, told in enumerate(found["alternatives"]):
        said = next_character(run, text[: 6 + i], 0.5, 4).characters
        assert told["characters"] == [c.character for c in said[:6]]
        assert told["probabilities"] == pytest.approx([c.probability for c in said[:6]], rel=1e-5)
        assert told["drawn"] == pytest.approx([c.drawn for c in said[:6]], rel=1e-5)
        assert sum(c.probability for c in said) == pytest.approx(1)
        assert sum(told["drawn"]) == pytest.approx(1)
        assert told["drawn"][4:] == [0, 0]
    with pytest.raises(Refused, match="max_alternatives"):
        generate(run, length=10_000, alternatives=3)


def test_temperature_sharpens_and_flattens_without_a_limit() -> None:
    z = np.array([2.0, 1.0, -3.0, 2.0])
    assert sampled(z, 0, None).tolist() == [1, 0, 0, 0]
    assert sampled(z, 1e-300, None).tolist() == [0.5, 0, 0, 0.5]
    assert sampled(z, 1.0, 1).tolist() == [1, 0, 0, 0]
    np.testing.assert_allclose(sampled(z, 1.0, None), np.exp(z) / np.exp(z).sum())
    np.testing.assert_allclose(sampled(z, 100.0, None), 0.25, atol=0.01)
    assert sampled(z, 2.0, 3)[2] == 0


def test_a_text_is_as_surprising_as_it_was_probable_when_it_was_written() -> None:
    """Past a window's length too, and by the very definition of next."""
    run = experiment(steps=100)
    found = written(run, prompt="N", length=80, temperature=1.2)
    said = surprise(run, "N" + found["text"])
    assert said.characters[0].bits is None
    probabilities = [c.probability for c in said.characters[1:]]
    np.testing.assert_allclose(probabilities, found["probabilities"], rtol=1e-4)
    bits = -np.log2(found["probabilities"])
    np.testing.assert_allclose([c.bits for c in said.characters[1:]], bits, atol=1e-3)
    assert said.bits_per_character == pytest.approx(bits.mean(), rel=1e-4)
    assert said.perplexity == pytest.approx(2 ** bits.mean(), rel=1e-4)
    assert "".join(c.character for c in said.characters) == "N" + found["text"]


def test_a_text_that_cannot_surprise_or_costs_too_much_is_refused() -> None:
    run = experiment()
    for text, says in (("", "two characters"), ("N", "two characters"), ("Nß", "has no ß")):
        with pytest.raises(Refused, match=says) as caught:
            surprise(run, text)
        assert caught.value.place == "text"
    wide = experiment(layers=(Embedding(), LSTM(units=256, return_sequences=True)))
    with pytest.raises(Refused, match="max_work"):
        surprise(wide, "Now is better than never." * 60)
    with pytest.raises(Refused, match="at least one character"):
        next_character(run, "")


def test_prompts_come_to_one_form() -> None:
    own = OwnText(text="Un café noir,\nun café au lait. " * 8)
    run = Experiment(NetworkSpec(dataset=own, **suiting(OwnText)))
    made = written(run, prompt="cafe\u0301\r\n", length=5)
    assert made["prompt"] == "café\n"
    assert written(run, prompt="café\n", length=5) == made
    assert next_character(run, "cafe\u0301") == next_character(run, "café")
    with pytest.raises(
        Refused, match=r"no ， \(U\+FF0C\); it has , \(U\+002C\), which looks alike"
    ):
        generate(run, prompt="café，")


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
    with pytest.raises(Refused, match=r"has no ß \(U\+00DF\)") as caught:
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
