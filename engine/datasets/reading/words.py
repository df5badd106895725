"""Words as classes and categories: in one form, so that what looks and means the same is the same."""

import unicodedata

# Without a picture of their own: zero-width space, joiners of words, marks of direction, soft hyphen, BOM.
# The two joiners U+200C and U+200D belong to words of some languages, and to emoji.
_INVISIBLE = dict.fromkeys((0x200B, 0x2060, 0x200E, 0x200F, 0x00AD, 0xFEFF))
_SPACES = {0x00A0: " ", 0x2007: " ", 0x202F: " ", 0x3000: " "}


def one_form(word: str) -> str:
    """In Unicode's NFC, without what cannot be seen, and without spaces around it."""
    if word.isascii():
        return word.strip()
    return unicodedata.normalize("NFC", word.translate(_INVISIBLE | _SPACES)).strip()


__all__ = ["one_form"]
