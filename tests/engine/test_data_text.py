"""Text: windows of tokens and what comes after each."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.datasets import DATASETS, Dataset, OwnText, text
from engine.datasets.arithmetic import PAD, Arithmetic
from engine.datasets.characters import alike, one_form, printable, spelled
from engine.datasets.text import MAX_VOCABULARY, Topics, Zen
from engine.errors import Refused

ROOT = Path(__file__).parent.parent.parent
FOX = "The quick brown fox jumps over the lazy dog. " * 20
PROSE = "".join(f"{i} is a number, and {i * i} is its square. " for i in range(100))


def read(made: Dataset, tokens: np.ndarray) -> str:
    return "".join(made.vocabulary[int(token)] for token in tokens)


@pytest.mark.parametrize("spec", [Zen(), Topics(), OwnText(text=PROSE)], ids=lambda s: s.kind)
def test_windows_are_pieces_of_the_text_and_the_same_one_on(spec: text._Text) -> None:
    made, whole = spec.make(), spec.whole()
    assert made.shape == (32,)
    assert made.vocabulary == tuple(sorted(set(whole)))
    for inputs, targets in (
        (made.inputs, made.targets),
        (made.test_inputs, made.test_targets),
    ):
        assert len(inputs) > 0
        for one, next_one in zip(inputs, targets, strict=True):
            piece = read(made, one) + read(made, next_one[-1:])
            assert piece in whole
            assert read(made, next_one) == piece[1:]


@pytest.mark.parametrize("spec", [Zen(), Topics(), OwnText(text=PROSE)], ids=lambda s: s.kind)
def test_training_windows_do_not_reach_into_the_text_for_testing(spec: text._Text) -> None:
    """Of a text whose characters all differ, so that a window tells its place."""
    places = "".join(chr(0x4E00 + i) for i in range(200))
    made = OwnText(text=places, window=8, samples=1000, test_fraction=0.3).make()
    assert made.targets.max() == 139
    assert made.test_inputs.min() == 140
    assert len(made.inputs) == 140 - 8
    assert len(made.test_inputs) == 60 - 8
    sizes = spec.make()
    assert (len(sizes.inputs), len(sizes.test_inputs)) == (spec.samples * 3 // 4, spec.samples // 4)


def test_windows_lie_evenly_and_are_all_different() -> None:
    places = "".join(chr(0x4E00 + i) for i in range(250))
    starts = OwnText(text=places, window=10, samples=60, test_fraction=0).make().inputs[:, 0]
    assert set(np.diff(starts)) == {4}
    every = OwnText(text=places, window=10, samples=500, test_fraction=0).make().inputs[:, 0]
    assert every.tolist() == list(range(240))


def test_the_zen_is_pythons_and_is_not_printed() -> None:
    code = (
        "from engine.datasets.text import Zen; z = Zen().whole(); import sys;"
        "assert 'this' not in sys.modules; sys.stdout.write('|'); import this;"
        "assert z == ''.join(this.d.get(c, c) for c in this.s)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.startswith("|The Zen of Python, by Tim Peters\n")
    assert Zen().whole() + "\n" == done.stdout[1:]


@pytest.mark.parametrize("characters", [1000, 20_000, 200_000])
def test_topics_are_as_long_as_was_asked(characters: int) -> None:
    spec = Topics(characters=characters)
    assert len(spec.whole()) == characters
    assert spec.make().classes <= MAX_VOCABULARY


def test_a_python_without_its_texts_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    text._topics.cache_clear()
    with pytest.raises(Refused, match="pydoc_data"):
        Topics().make()
    monkeypatch.setattr(text, "find_spec", lambda name: None)
    text._zen.cache_clear()
    with pytest.raises(Refused, match="this"):
        Zen().make()


# Sums


@pytest.mark.parametrize("digits", [1, 2, 3])
def test_every_line_is_a_correct_sum_and_no_line_is_in_both_parts(digits: int) -> None:
    made = Arithmetic(digits=digits, samples=1000, answers_only=False).make()
    seen = []
    for inputs, targets in ((made.inputs, made.targets), (made.test_inputs, made.test_targets)):
        for one, next_one in zip(inputs, targets, strict=True):
            wanted = next_one[next_one >= 0]
            line = read(made, one[:1]) + read(made, wanted)
            assert line.endswith("\n")
            sum_, answer = line.strip().split("=")
            a, b = sum_.split("+")
            assert int(a) + int(b) == int(answer)
            assert (next_one[len(wanted) :] == -1).all()
            assert read(made, one).rstrip(PAD).rstrip("\n") == line.strip()
            seen.append(line)
    assert len(set(seen)) == len(seen) == min(1000, 100**digits)


def test_of_answers_only_nothing_before_the_answer_is_wanted() -> None:
    whole, answers = (Arithmetic(samples=1000, answers_only=only).make() for only in (False, True))
    np.testing.assert_array_equal(whole.inputs, answers.inputs)
    for one, targets, every in zip(answers.inputs, answers.targets, whole.targets, strict=True):
        line = read(answers, one)
        equals = line.index("=")
        assert (targets[:equals] == -1).all()
        np.testing.assert_array_equal(targets[equals:], every[equals:])
        assert read(answers, targets[targets >= 0]) == line[equals + 1 :].split("\n")[0] + "\n"


def test_padding_is_a_token_that_is_never_wanted() -> None:
    made = Arithmetic(samples=1000).make()
    assert made.padding is not None
    assert made.vocabulary[made.padding] == PAD
    assert made.padding not in made.targets
    assert (made.targets == -1).any()
    assert Zen().make().padding is None


# One's own


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ("", "text", "no text yet; paste one"),
        (" \n\t ", "text", "no text yet"),
        ("too short", "text", "has 9 characters, .* takes 33; give a longer text or choose a sm"),
        ("a" * 32, "text", "has 32 characters"),
        ("a" * 500, "text", "'a' over and over"),
        ("\n" * 10 + "b" * 50 + "\ud83d", "text", r"lone surrogate U\+D83D"),
        ("".join(chr(0x4E00 + i) for i in range(1025)), "text", r"1025 different .*max_vocabulary"),
    ],
)
def test_bad_texts_say_what_would_do(given: str, field: str, says: str) -> None:
    with pytest.raises(Refused, match=says) as caught:
        OwnText(text=given).make()
    assert caught.value.place == field


def test_the_most_different_characters_are_allowed() -> None:
    most = "".join(chr(0x4E00 + i) for i in range(MAX_VOCABULARY))
    assert OwnText(text=most).make().classes == MAX_VOCABULARY


@pytest.mark.parametrize("length", [33, 34, 65, 66, 67, 132])
def test_a_text_too_short_to_part_is_all_for_training(length: int) -> None:
    made = OwnText(text=FOX[:length]).make()
    tested = min(round(length / 4), length - round(length / 4)) > 32
    assert bool(len(made.test_inputs)) == tested
    assert len(made.inputs) > 0
    if not tested:
        assert len(made.inputs) == length - 32


@pytest.mark.parametrize(
    "given",
    [
        "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？人不知而不愠，不亦君子乎？" * 3,
        "Все счастливые семьи похожи друг на друга, каждая несчастливая по-своему. " * 2,
        "किसी भी लिपि में लिखा हुआ पाठ यहाँ सीखा जा सकता है, अक्षर दर अक्षर। " * 2,
        "👍🏽 emoji 👩‍👩‍👧 of several code points, and \u202eright to left\u202c marks \0 " * 2,
    ],
)
def test_any_script_is_read_and_can_be_written_back(given: str) -> None:
    made = OwnText(text=given, samples=20_000, test_fraction=0).make()
    assert (
        read(made, made.inputs[:, 0]) + read(made, made.targets[-1]) == OwnText(text=given).whole()
    )
    for name in made.class_names:
        assert name.isprintable()
        name.encode()
    assert len(set(made.class_names)) == made.classes


def test_a_letter_and_its_accent_are_one_character_however_they_are_typed() -> None:
    one, two = OwnText(text="caf\u00e9 " * 20), OwnText(text="cafe\u0301 " * 20)
    np.testing.assert_array_equal(one.make().inputs, two.make().inputs)
    assert "é" in two.make().vocabulary


def test_what_cannot_be_seen_has_a_name() -> None:
    named = {
        " ": "␣", "\n": "⏎", "\t": "⇥", "\r": "U+000D", "\0": "U+0000", "\u3000": "U+3000", "\u00a0": "U+00A0",
        "\u200b": "U+200B", "\u200d": "U+200D", "\ufeff": "U+FEFF", "\u202e": "U+202E", "\u2028": "U+2028",
        "\ufe0f": "U+FE0F", "\u3164": "U+3164", "\u2800": "U+2800", "\u0301": "◌\u0301", "\u093f": "◌\u093f",
        "a": "a", "学": "学", "👍": "👍", "␣": "U+2423", "⏎": "U+23CE", "⇥": "U+21E5",
    }  # fmt: skip
    assert {c: printable(c) for c in named} == named


def test_no_two_characters_have_one_name() -> None:
    names = [printable(chr(code)) for code in range(0x20000)]
    assert len(set(names)) == len(names)
    assert all(name.isprintable() and not name.isspace() for name in names)


def test_beyond_ascii_the_code_tells_those_that_look_alike_apart() -> None:
    assert [spelled(c) for c in "a\u0430 \u200bß"] == [
        "a",
        "а (U+0430)",
        "␣",
        "U+200B",
        "ß (U+00DF)",
    ]
    known = ("a", ",", " ", "é")
    assert [alike(c, known) for c in "\u0430，\u00a0\u3000b"] == ["a", ",", " ", " ", None]


@pytest.mark.parametrize(
    ("given", "text", "line_ends", "composed"),
    [
        ("plain", "plain", 0, 0),
        ("a\r\nb\rc\nd\r\n\r\n", "a\nb\nc\nd\n\n", 4, 0),
        ("cafe\u0301 e\u0301", "café é", 0, 2),
        ("a\u0323\u0307 a\u0307\u0323", "ạ̇ ạ̇", 0, 2),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", "한글", 0, 2),
        ("\u212b and \uac00\u11a8", "Å and 각", 0, 2),
        ("किताब 👩‍👧 \ufb01", "किताब 👩‍👧 \ufb01", 0, 0),
    ],
)
def test_a_text_comes_to_one_form_and_says_what_was_changed(
    given: str, text: str, line_ends: int, composed: int
) -> None:
    found = one_form(given)
    assert (found.text, found.line_ends, found.composed) == (text, line_ends, composed)
    again = one_form(found.text)
    assert (again.text, again.line_ends, again.composed) == (text, 0, 0)


def test_line_ends_and_forms_make_no_other_data() -> None:
    verse = "Café: one,\ntwo, three.\n" * 4
    made = OwnText(text=verse).make()
    for other in (
        verse.replace("\n", "\r\n"),
        verse.replace("\n", "\r"),
        verse.replace("é", "e\u0301"),
    ):
        again = OwnText(text=other).make()
        assert again.vocabulary == made.vocabulary
        np.testing.assert_array_equal(again.inputs, made.inputs)


def test_the_kinds_are_on_the_list() -> None:
    assert {"zen", "topics", "arithmetic", "own_text"} <= DATASETS.keys()
    assert replace(Zen(), window=8).make().shape == (8,)
