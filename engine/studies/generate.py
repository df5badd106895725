"""Text that a network writes, one token after the other."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..activations import softmax
from ..by_input import NOT_FINITE
from ..datasets.text import printable
from ..errors import Reason, Refused
from ..experiment import Experiment
from .base import Progress

MAX_LENGTH = 10_000


def generate(
    experiment: Experiment,
    prompt: str = "",
    length: int = 200,
    temperature: float = 0.8,
    seed: int = 0,
) -> Iterator[Progress]:
    """`length` characters after a prompt, each drawn from softmax(z / temperature), z being what
    the output makes of the last characters, at most as many as a training window has; at
    temperature 0 the likeliest is taken. An empty prompt is a character of the training data.

    Yields {"prompt"} once, then {"text", "probabilities"}: every character and the probability,
    at temperature 1, that the network gave it.

    Raises: Refused (no text network, a character that the data has not)
    """  # Graves 2013, Generating Sequences With Recurrent Neural Networks, section 3
    dataset = experiment.dataset
    if dataset.view != "text" or not dataset.per_step:
        raise Refused(
            "dataset",
            Reason(
                "generate.no_text",
                "{dataset} is no text; choose {known} or your own",
                dataset=experiment.spec.dataset.kind,
                known="zen, topics, arithmetic",
            ),
        )
    numbers = {character: i for i, character in enumerate(dataset.vocabulary)}
    unknown = next((c for c in prompt if c not in numbers), None)
    if unknown is not None:
        known = "".join(printable(c) for c in dataset.vocabulary)
        raise Refused(
            "prompt",
            Reason(
                "generate.unknown_character",
                "the data has no {character}; it has {characters}",
                character=printable(unknown),
                characters=known[:150],
            ),
        )
    rng = np.random.default_rng([seed, 5])
    tokens = [numbers[c] for c in prompt]
    if not tokens:
        seen = dataset.inputs if len(dataset.inputs) else dataset.test_inputs
        tokens = [int(seen.reshape(-1)[rng.integers(seen.size)])]
    return _write(
        experiment.reader(), dataset.vocabulary, tokens, dataset.shape[0], length, temperature, rng
    )


def _write(
    read: Callable[[Any], Any], vocabulary: tuple[str, ...], tokens: list[int], window: int, length: int,
    temperature: float, rng: np.random.Generator,
) -> Iterator[Progress]:  # fmt: skip
    yield 0.0, {"prompt": "".join(vocabulary[token] for token in tokens)}
    for i in range(length):
        z = read(np.array([tokens[-window:]], np.float64))["z"][0, -1].astype(np.float64)
        shares = softmax(z)
        if not np.isfinite(shares).all():
            raise Refused("weights", NOT_FINITE)
        if temperature > 0:
            token = int(rng.choice(len(shares), p=softmax(z / temperature)))
        else:
            token = int(shares.argmax())
        tokens.append(token)
        yield (i + 1) / length, {"text": vocabulary[token], "probabilities": [float(shares[token])]}
