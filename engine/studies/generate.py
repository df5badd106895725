"""Text that a network writes, one token after the other."""

from collections.abc import Iterator

import numpy as np

from ..activations import softmax
from ..errors import Reason
from ..experiment import Experiment
from ..limits import keep_within
from ..writing import Writer, sampled
from .base import Progress

MAX_LENGTH = 10_000
MAX_ALTERNATIVES = 20
# Of one text, all its characters together.
MAX_TOLD = 20_000


def generate(
    experiment: Experiment,
    prompt: str = "",
    length: int = 200,
    temperature: float = 0.8,
    top_k: int | None = None,
    alternatives: int = 0,
    seed: int = 0,
) -> Iterator[Progress]:
    """`length` characters after a prompt, each drawn from what temperature and top-k make of the
    network's expectation (`writing.sampled`), given the last characters, at most as many as a training
    window has; at temperature 0 the likeliest is taken. An empty prompt is a character of the training
    data.

    Yields {"prompt"}, in its one form, once, then {"text", "probabilities", "alternatives"}: every
    character, the probability, at temperature 1, that the network gave it, and where they are asked for
    the likeliest, the likeliest first: {"characters", "probabilities", "drawn"}, the last being what
    temperature and top-k made of these.

    Raises: Refused (no text network, a character that the data has not, too many alternatives)
    """  # Graves 2013, Generating Sequences With Recurrent Neural Networks, section 3
    writer = Writer(experiment)
    writer.keep_top_k(top_k)
    tokens = writer.tokens(prompt, "prompt")
    keep_within(
        "max_alternatives", MAX_TOLD, alternatives * length, "alternatives",
        Reason(
            "generate.too_many_alternatives",
            "{each} alternatives for each of {length} characters are {asked}, at most {most} (limit: "
            "{limit}); ask for fewer or for a shorter text",
            each=alternatives,
            length=length,
        ),
    )  # fmt: skip
    rng = np.random.default_rng([seed, 5])
    if not tokens:
        dataset = experiment.dataset
        seen = dataset.inputs if len(dataset.inputs) else dataset.test_inputs
        tokens = [int(seen.reshape(-1)[rng.integers(seen.size)])]
    return _write(writer, tokens, length, temperature, top_k, alternatives, rng)


def _write(
    writer: Writer, tokens: list[int], length: int, temperature: float, top_k: int | None,
    alternatives: int, rng: np.random.Generator,
) -> Iterator[Progress]:  # fmt: skip
    vocabulary = writer.vocabulary
    yield 0.0, {"prompt": "".join(vocabulary[token] for token in tokens), "alternatives": []}
    for i in range(length):
        z = writer.scores(tokens)
        own, drawn = softmax(z), sampled(z, temperature, top_k)
        token = int(rng.choice(len(drawn), p=drawn)) if temperature > 0 else int(drawn.argmax())
        tokens.append(token)
        news = {"text": vocabulary[token], "probabilities": [float(own[token])]}
        if alternatives:
            first = np.argsort(-z, kind="stable")[:alternatives]
            told = {
                "characters": [vocabulary[t] for t in first],
                "probabilities": own[first].tolist(),
                "drawn": drawn[first].tolist(),
            }
            news["alternatives"] = [told]
        yield (i + 1) / length, news
