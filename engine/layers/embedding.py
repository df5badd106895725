"""The embedding: a learned row for every token."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import Interval

from ..errors import Reason, Refused
from ..mathml import equations, formula
from .base import (
    Array,
    Cache,
    Parameter,
    Pass,
    Penalty,
    Place,
    Shape,
    Takes,
    Views,
    Weighted,
    kernels,
    spelled,
)

MAX_VOCABULARY = 4096


@dataclass(frozen=True, slots=True)
class Embedding(Weighted):
    """a[n, t] = weight[x[n, t]].  x: (batch, time) token numbers  weight: (input_dim, output_dim)

    The same as a one-hot row times the weight (Bengio et al. 2003, section 2). `input_dim` 0 means
    as many as the data has.
    """

    kind: Literal["embedding"] = "embedding"
    output_dim: Annotated[int, Interval(ge=1, le=256)] = 16
    input_dim: Annotated[int, Interval(ge=0, le=MAX_VOCABULARY)] = 0
    l1: Penalty = 0.0
    l2: Penalty = 0.0
    trainable: bool = True

    takes: ClassVar[tuple[Takes, ...]] = ("tokens",)

    def fitted(self, vocabulary: int) -> "Embedding":
        return self if self.input_dim else replace(self, input_dim=vocabulary)

    def check(self, input_shape: Shape, place: Place) -> None:
        """Raises: Refused"""
        if place.before or not place.vocabulary:
            raise Refused(
                "",
                Reason(
                    "layers.embedding_takes_tokens",
                    "an embedding takes token numbers, not shape {shape}, so it goes first and needs "
                    "text data",
                    shape=spelled(input_shape),
                ),
            )
        if self.input_dim < place.vocabulary:
            raise Refused(
                "input_dim",
                Reason(
                    "layers.vocabulary_larger",
                    "input_dim {size} is less than the {least} kinds of tokens in the data; choose "
                    "{least} or 0, which means as many as there are",
                    size=self.input_dim,
                    least=place.vocabulary,
                ),
            )

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise Refused(
                "",
                Reason(
                    "layers.embedding_takes_tokens",
                    "an embedding takes token numbers (time), not shape {shape}; it goes first, on "
                    "text data",
                    shape=spelled(input_shape),
                ),
            )
        return (input_shape[0], self.output_dim)

    def parameters(self, input_shape: Shape) -> dict[str, Parameter]:
        # One row is active at a time, so that one input is what each unit sees.
        shape = (self.input_dim, self.output_dim)
        return {"weight": Parameter(shape, 1, self.output_dim, decays=True)}

    def work(self, input_shape: Shape) -> int:
        return input_shape[0] * self.output_dim

    def forward(self, p: Views, x: Array, run: Pass) -> tuple[Array, Cache]:
        tokens = x.astype(np.int64)
        a = p["weight"][tokens]
        return a, {"a": a, "tokens": tokens}

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array, run: Pass) -> Array | None:
        """Token numbers have no gradient; it is always the first layer."""
        g["weight"][...] = 0
        if run.compiled:
            rows = np.ascontiguousarray(dy).reshape(-1, dy.shape[-1])
            kernels("recurrent").scatter_rows(g["weight"], cache["tokens"].reshape(-1), rows)
        else:
            np.add.at(g["weight"], cache["tokens"], dy)
        return None

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "summary": {
                "en": "Looks up a learned row of numbers for every character: text becomes a sequence.",
                "zh": "为每个字符查出一行可学习的数：文本变成序列。",
            },
            "formula": formula(
                "<msub><mi>a</mi><mi>t</mi></msub><mo>=</mo><msub><mi>W</mi><msub><mi>x</mi><mi>t</mi></msub></msub>"
            ),
            "backward": equations("dW_k = ∑ δ_t ⋅ [ x_t = k ]"),
        }
