"""A run as a moving picture: its kept states drawn one after another, a frame a piece of the job.

Every frame is a WebP picture of its own, and they are put into one animation by hand (WebP Container
Specification, "Animation"): encoding all of them in one call would hold up those that play.
"""

import struct
from base64 import b64encode
from collections.abc import Iterator
from copy import copy
from io import BytesIO
from typing import Literal
from zipfile import ZIP_STORED, ZipFile

from engine.experiment import Experiment
from engine.spec import NetworkSpec
from engine.state import Snapshot
from engine.studies import Progress

from .drawing.canvas import image, png
from .drawing.look import Look
from .scenes import scene

Filmed = Literal["output", "network"]
Reel = Literal["webp", "stills"]
MOST_FRAMES = 64
MEDIA: dict[Reel, str] = {"webp": "image/webp", "stills": "application/zip"}


def film(
    experiment: Experiment, /, what: Filmed, format: Reel, frames: int, seconds: float
) -> Iterator[Progress]:
    """A study: {"steps": [..]} grows a frame at a time, {"media", "file"} comes at the end, in base64."""
    kept = experiment.passed()
    stride = max(1, -(-len(kept) // frames))
    chosen = kept[::-1][::stride][::-1]  # where it stands is always among them
    # Frames are made one by one: each has a state of its own. The copy stays as the network is now.
    return _made(copy(experiment), chosen, what, format, seconds)


def _made(
    now: Experiment,
    states: list[tuple[NetworkSpec, Snapshot]],
    what: Filmed,
    format: Reel,
    seconds: float,
) -> Iterator[Progress]:
    parts: list[bytes] = []
    size = (0, 0)
    # Of one size, though layers may have come and gone.
    first = scene(now, what)
    look = Look(width=round(first.width), height=round(first.height), caption=True)
    for number, (spec, snapshot) in enumerate(states, 1):
        canvas = scene(now.as_it_was(spec, snapshot), what, look)
        if format == "stills":
            parts.append(png(canvas))
        else:
            frame, file = image(canvas, scale=1), BytesIO()
            frame.save(file, "WEBP", quality=85, method=2)
            size = frame.size
            parts.append(file.getvalue())
        yield number / (len(states) + 1), {"steps": [snapshot.step]}
    steps = [snapshot.step for _, snapshot in states]
    whole = animated(parts, size, seconds) if format == "webp" else _archive(parts, steps)
    yield 1.0, {"media": MEDIA[format], "file": b64encode(whole).decode()}


def _archive(parts: list[bytes], steps: list[int]) -> bytes:
    """Numbered, with the step in the name."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for number, (part, step) in enumerate(zip(parts, steps, strict=True)):
            archive.writestr(f"{number:03d}_step_{step}.png", part)
    return file.getvalue()


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _three(value: int) -> bytes:
    return value.to_bytes(3, "little")


def animated(frames: list[bytes], size: tuple[int, int], seconds: float) -> bytes:
    """Whole WebP files of one size as an animation of so many seconds, over and over."""
    width, height = (_three(side - 1) for side in size)
    each = _three(max(20, round(1000 * seconds / len(frames))))
    body = _chunk(b"VP8X", struct.pack("<I", 2) + width + height)
    body += _chunk(b"ANIM", b"\xff\xff\xff\xff" + struct.pack("<H", 0))
    for frame in frames:
        head = _three(0) + _three(0) + width + height + each + b"\x02"  # laid over, not blended
        body += _chunk(b"ANMF", head + frame[12:])
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


__all__ = ["MEDIA", "MOST_FRAMES", "Filmed", "Reel", "animated", "film"]
