"""Letters for what is painted. An SVG leaves them to whoever shows it; a PNG takes those of the machine it is
made on, character by character, since no one font can be relied on, and Pillow's own has
little more than ASCII."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any

from PIL import Image, ImageDraw, ImageFont

# (file, number of the face within it); the first that is there goes first.
LATIN = (
    ("DejaVuSans.ttf", 0), ("NotoSans-Regular.ttf", 0), ("Arial Unicode.ttf", 0), ("segoeui.ttf", 0),
)  # fmt: skip
CHINESE = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", 0),
    ("/System/Library/Fonts/PingFang.ttc", 0),
    ("/System/Library/Fonts/Hiragino Sans GB.ttc", 0),
    ("/System/Library/Fonts/STHeiti Light.ttc", 0),
    ("msyh.ttc", 0),
    ("simhei.ttf", 0),
    ("simsun.ttc", 0),
)
# What is written otherwise where there is no such letter.
_PLAIN = str.maketrans("−…→↑×·–—", "-.>^x.--")
_NO_SUCH = "\U0010fffe"
_ODD = 0.6  # of the size: about as wide as a letter is
_WIDE, _NARROW, _BROAD = 1.0, 0.32, 0.85


@cache
def _files(chinese: bool) -> tuple[tuple[str, int], ...]:
    """Those of the fonts that are there."""
    found = []
    for file, face in CHINESE if chinese else LATIN:
        try:
            ImageFont.truetype(file, 12, index=face)
        except OSError:
            continue
        found.append((file, face))
        break
    return tuple(found)


@cache
def _font(file: str, face: int, size: int) -> Any:
    return ImageFont.truetype(file, size, index=face) if file else ImageFont.load_default(size)


@cache
def _holding(letter: str) -> tuple[str, int] | None:
    """The first font that has the letter; None where none has."""
    for file, face in (*_files(False), ("", 0), *_files(True)):
        font = _font(file, face, 16)
        if letter.isspace() or (font.getmask(letter).getbbox() and bytes(font.getmask(letter)) != bytes(font.getmask(_NO_SUCH))):  # fmt: skip
            return file, face
    return None


def has_chinese() -> bool:
    return _holding("层") is not None


def _runs(text: str) -> Iterator[tuple[tuple[str, int], str]]:
    """The text in pieces of one font each; what no font has is a question mark."""
    run, of = "", ("", 0)
    for letter in text:
        known = _written(letter) or "?"
        held = _holding(known) or ("", 0)
        if run and held != of:
            yield of, run
            run = ""
        run, of = run + known, held
    if run:
        yield of, run


def _written(letter: str) -> str | None:
    """The letter, or the plain one in its place: x₁ as x1, é as e; None where no font has either."""
    plain = unicodedata.normalize("NFKD", letter)[0]
    return next((c for c in (letter, letter.translate(_PLAIN), plain) if _holding(c)), None)


def unwritable(text: str) -> bool:
    """Whether a letter of it becomes a question mark."""
    return any(_written(letter) is None for letter in text)


def write(pen: ImageDraw.ImageDraw, x: float, y: float, text: str, anchor: str, colour: str, size: float, turned: bool, halo: str = "") -> None:  # fmt: skip
    """`y` is that of the baseline; `turned` runs upwards."""
    runs = [(_font(*of, max(1, round(size))), run) for of, run in _runs(text)]
    wide = sum(font.getlength(run) for font, run in runs)
    back = {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    if turned:
        box = Image.new("L", (int(wide) + 4, int(size * 1.6)), 0)
        own, at = ImageDraw.Draw(box), 2.0
        for font, run in runs:
            own.text((at, size * 1.1), run, 255, font, "ls")
            at += font.getlength(run)
        box = box.transpose(Image.Transpose.ROTATE_90)
        corner = (round(x - size * 1.1), round(y + back - box.height + 2))
        pen.bitmap(corner, box, colour)  # type: ignore[arg-type]
        return
    x -= back
    for font, run in runs if halo else ():
        pen.text((x, y), run, halo, font, "ls", stroke_width=round(size / 6), stroke_fill=halo)
        x += font.getlength(run)
    x -= wide if halo else 0
    for font, run in runs:
        pen.text((x, y), run, colour, font, "ls")
        x += font.getlength(run)


def width(text: str, size: float) -> float:
    """About how wide it becomes, in whatever letters."""
    total = 0.0
    for c in text:
        if unicodedata.east_asian_width(c) in "WF":
            total += _WIDE
        elif c in "iljtfrI.,:;|'!()[] ":
            total += _NARROW
        elif c in "mwMW%—":
            total += _BROAD
        else:
            total += _ODD
    return total * size


def wrapped(text: str, size: float, room: float) -> list[str]:
    """Lines that fit, broken at spaces and between Chinese characters."""
    lines, line = [], ""
    for part in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+", text):
        if line and width((line + part).rstrip(), size) > room:
            lines.append(line.rstrip())
            line = ""
        line += part
    return [*lines, line.rstrip()] if line else lines


def fitted(text: str, size: float, room: float) -> str:
    """Cut where its room ends."""
    cut = text
    while len(cut) > 1 and width(cut if cut == text else cut + "…", size) > room:
        cut = cut[:-1]
    return cut if cut == text else cut + "…"


__all__ = ["fitted", "has_chinese", "unwritable", "width", "wrapped", "write"]
