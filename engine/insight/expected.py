"""What a text network expects: the next character, and how much a given text surprises it."""

from dataclasses import dataclass

import numpy as np

from ..activations import softmax
from ..datasets.characters import printable
from ..errors import Reason, Refused
from ..experiment import Experiment
from ..limits import keep_work
from ..losses import log_softmax
from ..measuring import pieces_of
from ..writing import Shares, Writer, sampled


@dataclass(frozen=True, slots=True)
class NextCharacter:
    """probability: the network's own, at temperature 1; drawn: with which it is chosen"""

    character: str
    name: str
    probability: float
    drawn: float


@dataclass(frozen=True, slots=True)
class NextCharacters:
    """After a prompt, of which the last `read` characters are looked at; the likeliest first."""

    step: int
    prompt: str
    read: int
    characters: list[NextCharacter]


def next_character(
    experiment: Experiment, prompt: str, temperature: float = 1.0, top_k: int | None = None
) -> NextCharacters:
    """The distribution over the character after a prompt, and what it is drawn from (`writing.sampled`).

    Raises: Refused (no text network, no prompt, a character that the data has not)
    """
    writer = Writer(experiment)
    writer.keep_top_k(top_k)
    tokens = writer.tokens(prompt, "prompt")
    if not tokens:
        raise Refused(
            "prompt",
            Reason("next.no_prompt", "give at least one character that the next is to follow"),
        )
    z = writer.scores(tokens)
    own, drawn = softmax(z), sampled(z, temperature, top_k)
    vocabulary = writer.vocabulary
    return NextCharacters(
        step=experiment.step,
        prompt="".join(vocabulary[t] for t in tokens),
        read=min(len(tokens), writer.window),
        characters=[
            NextCharacter(vocabulary[t], printable(vocabulary[t]), float(own[t]), float(drawn[t]))
            for t in np.argsort(-z, kind="stable").tolist()
        ],
    )


@dataclass(frozen=True, slots=True)
class Surprising:
    """A character of a text; its bits are -log2 of its probability. None of both for the first, before
    which there is nothing."""

    character: str
    name: str
    probability: float | None
    bits: float | None


@dataclass(frozen=True, slots=True)
class Surprise:
    """bits_per_character: the mean over all but the first; perplexity: 2 to that power."""

    step: int
    characters: list[Surprising]
    bits_per_character: float
    perplexity: float


def surprise(experiment: Experiment, text: str) -> Surprise:
    """How much each character of a text surprises the network, given those before it: the last ones, at
    most as many as a training window has, just as where it writes.

    Raises: Refused (no text network, a character that the data has not, a text too short, too costly)
    """  # Shannon 1951, Prediction and Entropy of Printed English
    writer = Writer(experiment)
    tokens = writer.tokens(text, "text")
    count = len(tokens)
    if count < 2:
        raise Refused(
            "text",
            Reason(
                "surprise.too_short",
                "give at least two characters: nothing comes before the first, so it cannot surprise",
            ),
        )
    keep_work(
        (count - 1) * experiment.network.work,
        "text",
        Reason(
            "surprise.too_costly",
            "{characters} characters would take {asked} multiply-adds, at most {most} (limit: {limit}); "
            "give a shorter text",
            characters=count,
        ),
    )
    z = _scores(experiment, writer, np.array(tokens, np.float64))
    told = log_softmax(z)[np.arange(count - 1), tokens[1:]]
    bits = -told / np.log(2)
    mean = float(bits.mean())
    probabilities: list[float | None] = [None, *np.exp(told).tolist()]
    return Surprise(
        step=experiment.step,
        characters=[
            Surprising(c, printable(c), p, b)
            for c, p, b in zip(
                (writer.vocabulary[t] for t in tokens),
                probabilities,
                [None, *bits.tolist()],
                strict=True,
            )
        ],
        bits_per_character=mean,
        perplexity=float(2.0 ** min(mean, 1000.0)),
    )


def _scores(experiment: Experiment, writer: Writer, tokens: Shares) -> Shares:
    """z of the second and every later character of a text.  (n,) -> (n - 1, vocabulary)"""
    window, count = writer.window, len(tokens)
    # Windows of one length go together; those at the beginning have a length each.
    found = [writer.scores_of(tokens[None, :i]) for i in range(1, min(window, count))]
    if count > window:
        whole = np.lib.stride_tricks.sliding_window_view(tokens[:-1], window)
        found += [
            writer.scores_of(whole[piece]) for piece in pieces_of(experiment.network, len(whole))
        ]
    return np.concatenate(found)
