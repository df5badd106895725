"""What a text network expects next, and how the next character is chosen from it."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .activations import softmax
from .by_input import NOT_FINITE
from .datasets.characters import alike, code_of, one_form, printable, spelled
from .errors import Reason, Refused
from .experiment import Experiment
from .limits import keep_within

Shares = NDArray[np.float64]


class Writer:
    """A text network as it is now: training on does not change what it says.

    Raises: Refused, where it is no text network
    """

    def __init__(self, experiment: Experiment) -> None:
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
        self.vocabulary = dataset.vocabulary
        self.window: int = dataset.shape[0]  # characters before the next one that are looked at
        self._numbers = {character: i for i, character in enumerate(self.vocabulary)}
        self._read: Callable[[Any], Any] = experiment.reader()

    def tokens(self, text: str, place: str) -> list[int]:
        """Of a text in its one form; `place` is what a refusal blames.

        Raises: Refused (a character that the data has not)
        """
        whole = one_form(text).text
        unknown = next((c for c in whole if c not in self._numbers), None)
        if unknown is None:
            return [self._numbers[c] for c in whole]
        like = alike(unknown, self.vocabulary)
        if like is not None:
            raise Refused(
                place,
                Reason(
                    "generate.looks_alike",
                    "the data has no {character}; it has {like}, which looks alike",
                    character=_coded(unknown),
                    like=_coded(like),
                ),
            )
        raise Refused(
            place,
            Reason(
                "generate.unknown_character",
                "the data has no {character}; it has {characters}",
                character=spelled(unknown),
                characters="".join(printable(c) for c in self.vocabulary)[:150],
            ),
        )

    def keep_top_k(self, top_k: int | None) -> None:
        """Raises: Refused, where there are not so many characters"""
        known = len(self.vocabulary)
        if top_k is not None:
            keep_within(
                "vocabulary", known, top_k, "top_k",
                Reason(
                    "generate.top_k_too_large",
                    "the data has {most} different characters, so top_k is 1 to {most}, or null for all",
                ),
            )  # fmt: skip

    def scores(self, tokens: list[int]) -> Shares:
        """z of the next character after the last ones that fit a window.  (vocabulary,)

        Raises: Refused (weights that are not finite)
        """
        return self.scores_of(np.array([tokens[-self.window :]], np.float64))[0]

    def scores_of(self, windows: NDArray[Any]) -> Shares:
        """z of what comes after each window.  (n, time) -> (n, vocabulary)  Raises: Refused"""
        z = self._read(windows)["z"][:, -1].astype(np.float64)
        if not np.isfinite(z).all():
            raise Refused("weights", NOT_FINITE)
        return z


def _coded(character: str) -> str:
    """With its code, in ASCII too: beside another one that looks the same."""
    name = spelled(character)
    return name if "U+" in name else f"{name} ({code_of(character)})"


def sampled(z: Shares, temperature: float, top_k: int | None) -> Shares:
    """The distribution that a character is drawn from: z / temperature, of these the `top_k` largest,
    softmax.  (vocabulary,) -> (vocabulary,)

    As PyTorch's users know it from Hugging Face's logits processors: temperature, then top-k (Fan et
    al. 2018, Hierarchical Neural Story Generation, section 5.1), then softmax. Two deviations: at
    temperature 0, their limit, the likeliest has it all; of equal ones the first in the vocabulary are
    kept, so that there are never more than `top_k`, and one is the same as temperature 0.
    """
    shares = np.zeros_like(z)
    if temperature == 0:
        shares[z.argmax()] = 1.0
        return shares
    kept = np.argsort(-z, kind="stable")[:top_k]
    with np.errstate(over="ignore"):
        # The largest is taken off first: a tiny temperature must not make it inf - inf.
        shares[kept] = softmax((z[kept] - z.max()) / temperature)
    return shares


__all__ = ["Writer", "sampled"]
