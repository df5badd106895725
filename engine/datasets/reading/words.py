"""Words as classes and categories: in one form, so that what looks and means the same is the same."""

import unicodedata
from collections.abc import Iterable

# Without a picture of their own: zero-width space, joiners of words, marks of direction, soft hyphen, BOM.
# The two joiners U+200C and U+200D belong to words of some languages, and to emoji.
_INVISIBLE = dict.fromkeys((0x200B, 0x2060, 0x200E, 0x200F, 0x00AD, 0xFEFF))
_SPACES = {0x00A0: " ", 0x2007: " ", 0x202F: " ", 0x3000: " "}


def one_form(word: str) -> str:
    """In Unicode's NFC, without what cannot be seen, and without spaces around it."""
    if word.isascii():
        return word.strip()
    return unicodedata.normalize("NFC", word.translate(_INVISIBLE | _SPACES)).strip()


def unseen(words: Iterable[str]) -> tuple[str, ...]:
    """What `one_form` takes from them, by its names: U+200B, ..; "NFC" where letters are put together otherwise."""
    found: set[str] = set()
    for word in words:
        if word.isascii():
            continue
        found |= {f"U+{ord(c):04X}" for c in word if ord(c) in _INVISIBLE or ord(c) in _SPACES}
        if not unicodedata.is_normalized("NFC", word):
            found.add("NFC")
    return tuple(sorted(found))


__all__ = ["one_form", "unseen"]
