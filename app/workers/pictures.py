"""Pictures of one's own, read in a worker: as JSON, a list for every pixel's colours, they would stop the
event loop, and a picture that brings the decoder down brings down no more than a worker."""

import struct
import warnings
from collections.abc import Sequence
from io import BytesIO

import numpy as np
import orjson
from numpy.typing import NDArray
from PIL import Image, ImageOps

from engine.datasets.pictures import COLOUR, GREY, pixels_of
from engine.errors import Reason, Refused

FORMATS = ("PNG", "JPEG", "WEBP")
# A call decodes no more than this, or one picture: a few hundredths of a second, then others have a turn.
SLICE_PIXELS = 2_000_000
# What Pillow raises over files that are not what they should be.
BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, OverflowError, MemoryError,
    struct.error,
)  # fmt: skip


def given(body: bytes) -> tuple[bytes, NDArray[np.uint8] | None]:
    """A body in JSON without its pictures, and these; the body as it is where there are none.

    Raises: Refused
    """
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body, None
    if not isinstance(found, dict) or not isinstance(found.get("images"), list):
        return body, None
    pixels = pixels_of(found.pop("images"))
    return orjson.dumps(found), pixels


def decoded(
    files: Sequence[tuple[str, bytes]], size: int, colour: bool, most_pixels: int
) -> tuple[NDArray[np.uint8], int]:
    """As many of the files, by name and content, as one call may decode, one at least; cut to the square in
    their middle, and that made `size` pixels a side.

    Returns: (n, size, size, channels), and the pixels that they had together

    Raises: Refused
    """
    done: list[NDArray[np.uint8]] = []
    pixels = 0
    for name, data in files:
        image = _opened(name, data, most_pixels)
        area = image.width * image.height
        if done and pixels + area > SLICE_PIXELS:
            break
        pixels += area
        try:
            done.append(_squared(image, size, colour))
        except BROKEN as error:
            raise _unreadable(name) from error
    channels = COLOUR if colour else GREY
    return np.stack(done).reshape(len(done), size, size, channels), pixels


def _opened(name: str, data: bytes, most: int) -> Image.Image:
    """Its header read, and nothing decoded.  Raises: Refused"""
    too_large = Refused(
        "images",
        Reason(
            "pictures.too_many_pixels",
            "{file} has more than {most} pixels (limit: max_picture_pixels); make it smaller",
            file=name[:80],
        ),
        limit="max_picture_pixels",
        value=most,
    )
    # Beyond twice this Pillow makes no decoder for it either.
    Image.MAX_IMAGE_PIXELS = most
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise too_large from error
    except Image.UnidentifiedImageError as error:
        raise Refused(
            "images",
            Reason(
                "pictures.format",
                "{file} is no PNG, JPEG or WebP picture; only these are taken",
                file=name[:80],
            ),
        ) from error
    except BROKEN as error:
        raise _unreadable(name) from error
    if image.width * image.height > most:
        raise too_large
    # A JPEG may hold a second picture, of depth say; the first is meant.
    if image.format in ("PNG", "WEBP") and getattr(image, "is_animated", False):
        raise Refused(
            "images",
            Reason("pictures.animated", "{file} is animated; give single pictures", file=name[:80]),
        )
    return image


def _squared(image: Image.Image, size: int, colour: bool) -> NDArray[np.uint8]:
    """(size, size) or (size, size, 3), as a viewer shows it."""
    # A large JPEG need not be decoded in full to be made small.
    image.draft("RGB" if colour else "L", (2 * size, 2 * size))
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16 bits a pixel
        image = Image.fromarray((np.asarray(image) / 257).clip(0, 255).astype(np.uint8))
    if image.has_transparency_data:
        whole = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", whole.size, "white"), whole)
    mode = "RGB" if colour else "L"
    return np.asarray(ImageOps.fit(image.convert(mode), (size, size)))


def _unreadable(name: str) -> Refused:
    return Refused(
        "images",
        Reason("pictures.unreadable", "{file} is damaged or not whole", file=name[:80]),
    )
