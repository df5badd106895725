"""Text, character by character: at every step the next one is to be predicted.

A token is a character's place among the text's characters, sorted by code point. Windows lie evenly
over the text. The test windows are of its last part, which no training window reaches into.
"""

import ast
import codecs
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import Interval, Len

from ..errors import Reason, Refused
from .base import Array, Dataset, Samples, Seed, Task, TestFraction, View, check_size
from .characters import code_of, one_form, printable
from .labels import Labels, label, labels

MAX_VOCABULARY = 1024
MAX_CHARACTERS = 20_000

Window = Annotated[int, Interval(ge=8, le=128)]


def vocabulary_of(text: str) -> tuple[str, ...]:
    """The text's different characters, sorted.

    Raises: Refused
    """
    characters = tuple(sorted(set(text)))
    surrogate = next((c for c in characters if "\ud800" <= c <= "\udfff"), None)
    if surrogate is not None:
        raise Refused(
            "text",
            Reason(
                "text.half_a_character",
                "the text holds half a character (the lone surrogate {character}); copy it again from "
                "where it came, as whole characters",
                character=code_of(surrogate),
            ),
        )
    if len(characters) > MAX_VOCABULARY:
        raise Refused(
            "text",
            Reason(
                "text.too_many_characters",
                "{characters} different characters, at most {most} (limit: max_vocabulary); take a "
                "shorter part of the text",
                characters=len(characters),
            ),
            limit="max_vocabulary",
            value=MAX_VOCABULARY,
        )
    if len(characters) == 1:
        raise Refused(
            "text",
            Reason(
                "text.one_character",
                "the text is '{character}' over and over; there is nothing to predict",
                character=printable(characters[0]),
            ),
        )
    return characters


def text_dataset(**fields: Any) -> Dataset:
    """Fields of a Dataset that are the same for all text; targets are (samples, time)."""
    return Dataset(
        view="text",
        task="classification",
        columns=("token",),
        class_names=tuple(printable(c) for c in fields["vocabulary"]),
        plane=None,
        mean=np.zeros(1),
        deviation=np.ones(1),
        identities=np.arange(len(fields["inputs"])),
        labels=Labels(
            columns=labels(("token", "字符编号")),
            target=label("next character", "下一个字符"),
            time=label("place", "位置"),
        ),
        **fields,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """The seed changes nothing: windows lie evenly."""

    samples: Samples = 400
    window: Window = 32
    test_fraction: TestFraction = 0.25
    seed: Seed = 0

    view: ClassVar[View] = "text"
    task: ClassVar[Task] = "classification"

    def whole(self) -> str:
        """The text in its one form (`characters.one_form`).

        Raises: Refused
        """
        raise NotImplementedError

    def make(self) -> Dataset:
        """At most `samples` windows, fewer where the text has no more. Where a part for testing
        would be shorter than one window, all is for training.

        Raises: Refused
        """
        check_size(self.samples, (self.window,))
        text = self.whole()
        if len(text) <= self.window:
            raise Refused(
                "text",
                Reason(
                    "text.too_short",
                    "the text has {characters} characters, and a window with the one after it takes "
                    "{least}; give a longer text or choose a smaller window",
                    characters=len(text),
                    least=self.window + 1,
                ),
            )
        vocabulary = vocabulary_of(text)
        numbers = {character: i for i, character in enumerate(vocabulary)}
        tokens = np.array([numbers[character] for character in text])
        test = round(len(tokens) * self.test_fraction)
        tests = min(round(self.samples * self.test_fraction), max(0, self.samples - 1))
        if min(test, len(tokens) - test) <= self.window:
            test = tests = 0
        known, rest = tokens[: len(tokens) - test], tokens[len(tokens) - test :]
        inputs, targets = self._windows(known, self.samples - tests)
        test_inputs, test_targets = self._windows(rest, tests)
        return text_dataset(
            inputs=inputs,
            targets=targets,
            test_inputs=test_inputs,
            test_targets=test_targets,
            vocabulary=vocabulary,
        )

    def _windows(self, tokens: Array, most: int) -> tuple[Array, Array]:
        """(windows, time) tokens, and the token after each"""
        possible = max(0, len(tokens) - self.window)
        count = min(most, possible)
        starts = np.arange(count) * possible // max(1, count)
        places = starts[:, None] + np.arange(self.window)
        return tokens[places].astype(np.float64), tokens[places + 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Zen(_Text):
    """The Zen of Python (Tim Peters, PEP 20), from Python's own module `this`."""

    kind: Literal["zen"] = "zen"
    summary: ClassVar[dict[str, str]] = {
        "en": "The Zen of Python, letter by letter.",
        "zh": "逐字学习《Python 之禅》。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Take the dropout away and play on: it learns the text by heart. What does the test loss do?",
        "zh": "去掉 dropout 继续训练：它会把文章背下来。测试损失怎样变化？",
    }

    def whole(self) -> str:
        return _zen()


@cache
def _zen() -> str:
    # Importing `this` prints it, so its source is read: the text stands there in ROT13, as `s`.
    loader: Any = getattr(find_spec("this"), "loader", None)
    source = loader.get_source("this") if loader else None
    if not source:
        raise Refused(
            "kind",
            Reason("text.no_zen", "this Python comes without the source of its module `this`"),
        )
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            return codecs.decode(str(node.value.value), "rot13")
    raise Refused(
        "kind",
        Reason(
            "text.other_zen", "this Python's module `this` does not hold its text where it used to"
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics(_Text):
    """The help texts of Python's language reference, in the order of their names.

    They come with Python, so another version of it has slightly another text.
    """

    kind: Literal["topics"] = "topics"
    samples: Samples = 2000
    characters: Annotated[int, Interval(ge=1000, le=200_000)] = 50_000
    summary: ClassVar[dict[str, str]] = {
        "en": "Python's own help pages, letter by letter.",
        "zh": "逐字学习 Python 自带的帮助文档。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Let it write after 1, 5 and 10 seconds. What comes right first: letters, words or lines?",
        "zh": "在 1、5、10 秒后让它写作：最先对的是字母、单词还是行？",
    }

    def whole(self) -> str:
        return _topics()[: self.characters]


@cache
def _topics() -> str:
    try:
        from pydoc_data.topics import topics
    except ImportError as error:
        raise Refused(
            "kind",
            Reason("text.no_topics", "this Python comes without its help texts (pydoc_data)"),
        ) from error
    whole = "\n\n".join(topics[name].strip() for name in sorted(topics))
    return one_form(whole).text[:200_000]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnText(_Text):
    """A text of one's own in any script. A character is a code point of the text in its one form."""

    kind: Literal["own_text"] = "own_text"
    text: Annotated[str, Len(0, MAX_CHARACTERS)] = ""
    summary: ClassVar[dict[str, str]] = {
        "en": "Your own text, in any script.",
        "zh": "自己的文本，任何文字都可以。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Let it write after a few seconds and again after a minute. When does it begin to copy whole lines?",
        "zh": "几秒后让它写作，一分钟后再写一次：它何时开始整行照抄？",
    }

    def whole(self) -> str:
        if not self.text.strip():
            raise Refused(
                "text",
                Reason("text.empty", "there is no text yet; paste one of a few hundred characters"),
            )
        return one_form(self.text).text


__all__ = [
    "MAX_VOCABULARY", "OwnText", "Topics", "Zen", "text_dataset", "vocabulary_of",
]  # fmt: skip
