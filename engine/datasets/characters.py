"""Characters: the one form of a text, and a name for each that one can see."""

import unicodedata
from dataclasses import dataclass

_SEEN = {" ": "␣", "\n": "⏎", "\t": "⇥"}
# Drawn as nothing, or as blank as a space, though Python calls them printable: fillers, and marks that
# only choose how the character before them is drawn (Unicode, Default_Ignorable_Code_Point).
_BLANK = {
    *"\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0",
    *map(chr, range(0x180B, 0x1810)),
    *map(chr, range(0xFE00, 0xFE10)),
    *map(chr, range(0xE0100, 0xE01F0)),
}
# Letters that most typefaces draw alike, Cyrillic and Greek ones as Latin.
_DRAWN_ALIKE = str.maketrans(
    "аеорсухіјѕАВЕКМНОРСТХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "aeopcyxijsABEKMHOPCTXIJSABEZHIKMNOPTYXo"
)


def code_of(character: str) -> str:
    return f"U+{ord(character):04X}"


def printable(character: str) -> str:
    """How a character is named on the page: itself, where one sees it. A space, a tab and the end of a
    line have signs, a mark that combines sits on a dotted circle, what is invisible has its code. No two
    characters have one name, so the signs themselves, where a text has them, go by their codes too.
    """
    if character in _SEEN:
        return _SEEN[character]
    if (
        not character.isprintable()
        or character.isspace()
        or character in _BLANK
        or character in _SEEN.values()
    ):
        return code_of(character)
    return "◌" + character if unicodedata.category(character)[0] == "M" else character


def spelled(character: str) -> str:
    """`printable`, and beyond ASCII the code beside it: another one may look the same."""
    name, code = printable(character), code_of(character)
    return name if character.isascii() or name == code else f"{name} ({code})"


def alike(character: str, known: tuple[str, ...]) -> str | None:
    """The one of the known characters that looks like this one and is another: full and half width,
    ligatures, kinds of spaces (Unicode's NFKC), letters of other scripts."""

    def look(one: str) -> str:
        return unicodedata.normalize("NFKC", one).translate(_DRAWN_ALIKE)

    seen = look(character)
    return next((one for one in known if look(one) == seen), None)


@dataclass(frozen=True, slots=True)
class OneForm:
    """A text as it is learned, and what was changed to that end.

    line_ends: that were CR LF or CR and are LF; composed: characters that were written with marks of
    their own (a letter and its accent, say), or otherwise not as NFC has them
    """

    text: str
    line_ends: int
    composed: int


def one_form(text: str) -> OneForm:
    """Lines end with LF, characters are as NFC has them (Unicode Standard Annex 15): what looks the same
    and means the same is the same."""
    line_ends = text.count("\r")
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    whole = unicodedata.normalize("NFC", lines)
    return OneForm(whole, line_ends, 0 if whole == lines else _composed(lines))


def _composed(text: str) -> int:
    """Characters, with the marks that follow each, that NFC changes."""
    found, begin = 0, 0
    for i in range(1, len(text) + 1):
        # Nothing but marks, and vowels and finals of Hangul, joins what stands before it.
        if i < len(text) and (
            unicodedata.category(text[i])[0] == "M" or "\u1160" <= text[i] <= "\u11ff"
        ):
            continue
        part = text[begin:i]
        found += unicodedata.normalize("NFC", part) != part
        begin = i
    return found


__all__ = ["OneForm", "alike", "code_of", "one_form", "printable", "spelled"]
