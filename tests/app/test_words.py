"""Everything that the server says has a code, and every code has words in both languages."""

import ast
import re
from typing import get_args

import pytest
from pydantic_core.core_schema import ErrorType

from app.validation import KINDS
from engine.errors import Reason

from ..codes import KNOWN_BY_ITSELF, OF_THE_PAGE, codes, gaps, reasons, sources, words

LANGUAGES = ("en", "zh")
CODES = codes()


@pytest.mark.parametrize("path", sources(), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_every_reason_says_its_code_and_its_english_where_it_is_raised(path) -> None:
    for line, arguments, _ in reasons(path.read_text(encoding="utf-8")):
        assert len(arguments) == 2, f"{path}:{line}"
        for argument in arguments:
            assert isinstance(argument, ast.Constant), f"{path}:{line}"
            assert isinstance(argument.value, str), f"{path}:{line}"
        assert re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)?", arguments[0].value), f"{path}:{line}"


@pytest.mark.parametrize("code", sorted(CODES))
def test_what_is_said_has_its_values(code: str) -> None:
    for where, english, values in CODES[code]:
        assert gaps(english) <= values | KNOWN_BY_ITSELF, where


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_words_that_its_values_fill(code: str, language: str) -> None:
    text = words(language).get(f"problem.{code}")
    assert text, f"{code}, said in {CODES[code][0][0]}, has no words in {language}.json"
    given = set.intersection(*(values for _, _, values in CODES[code])) | KNOWN_BY_ITSELF
    assert gaps(text) <= given, f"{code}: {gaps(text) - given}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_no_words_for_what_nobody_says(language: str) -> None:
    told = {key.removeprefix("problem.") for key in words(language) if key.startswith("problem.")}
    assert told == CODES.keys() | OF_THE_PAGE


def test_what_is_called_a_kind_of_pydantics_is_one() -> None:
    own = {"too_many_fields"}  # raised by schemas/strict.py
    assert KINDS.keys() <= {*get_args(ErrorType)} | own


def test_a_reason_with_a_gap_is_said_all_the_same() -> None:
    """A refusal must never become a fault of ours."""
    assert str(Reason("x", "{rows} rows, {most}", rows=3)) == "3 rows, {most}"
    assert str(Reason("x", "{a}", a="{b}", b="no")) == "{b}"
