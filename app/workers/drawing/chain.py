"""A network whose layers are not all rows of units, as a chain of boxes: what each is, the shape of what leaves
it, and how many parameters it has; of pictures, what a sample becomes on its way."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import Refused
from engine.experiment import Experiment

from .canvas import Box, Canvas, Line, Place, Raster, Text
from .fonts import fitted
from .look import Look, blended, finite, rgb, shaded

ACROSS, WIDE, TALL, GAP = 5, 108.0, 82.0, 18.0
PICTURE = 84.0
MOST_MAPS = 4


@dataclass(frozen=True, slots=True)
class Link:
    name: str
    more: str
    shape: tuple[int, ...]
    parameters: int | None


def links_of(look: Look, experiment: Experiment) -> list[Link]:
    network = experiment.network
    sizes: dict[str, int] = {}
    for entry in network.layout:
        owner = entry.name.split(".")[0]
        sizes[owner] = sizes.get(owner, 0) + entry.size
    found = [Link(look.say("input"), "", network.shapes[0], None)]
    layers: list[Any] = network.layers
    for name, layer, shape in zip(network.names, layers, network.shapes[1:], strict=True):
        settings = asdict(layer)
        side = settings.get("kernel_size") or settings.get("pool_size")
        said = [
            f"{side} × {side}" if isinstance(side, int) else "",
            (layer.function or "").replace("_", " "),
            look.say("added", n=layer.earlier) if layer.earlier else "",
        ]  # fmt: skip
        found.append(
            Link(look.say(layer.kind), ", ".join(filter(None, said)), shape, sizes.get(name, 0))
        )
    return found


def _across(width: float, count: int) -> int:
    """How many boxes stand beside each other."""
    return max(2, min(ACROSS, count, int((width - 24 + GAP) // (0.88 * (WIDE + GAP)))))


def chain_height(experiment: Experiment, width: float) -> float:
    count = len(experiment.network.shapes)
    return 54 + -(-count // _across(width, count)) * (_tall(experiment) + 34)


def _tall(experiment: Experiment) -> float:
    return TALL + (PICTURE if experiment.dataset.view == "image" else 0)


def draw_chain(canvas: Canvas, look: Look, experiment: Experiment, top: float) -> None:
    links, pictures = links_of(look, experiment), _pictures(look, experiment)
    across = _across(canvas.width, len(links))
    scale = min((canvas.width - 24) / (across * (WIDE + GAP) - GAP), 1.15)
    rows = -(-len(links) // across)
    scale = min(scale, (canvas.height - top - 30) / (rows * (_tall(experiment) + 34)))
    wide, tall, gap, size = WIDE * scale, _tall(experiment) * scale, GAP * scale, 12 * scale
    left = (canvas.width - across * (wide + gap) + gap) / 2
    ink, faint = look.colour("ink"), look.colour("faint")
    places: list[Place] = [
        (left + k % across * (wide + gap), top + 6 + k // across * (tall + 34 * scale))
        for k in range(len(links))
    ]
    for k, ((x, y), link) in enumerate(zip(places, links, strict=True)):
        if k:
            _arrow(canvas, faint, places[k - 1], (x, y), wide, tall, scale)
        canvas.add(Box((x, y), (wide, tall), look.colour("paper"), faint, 5))
        shape = " × ".join(map(str, link.shape))
        # 0 parameters say nothing.
        count = f"{link.parameters:,}" if link.parameters else ""
        lines = [link.name, shape, link.more, look.say("parameters", n=count) if count else ""]
        for i, text in enumerate(filter(None, lines)):
            place, of = (x + wide / 2, y + (18 + 18 * i) * scale), size if i < 2 else 10.5 * scale
            canvas.add(
                Text(place, fitted(text, of, wide - 4), "middle", ink if i < 2 else faint, of)
            )
        if pictures is not None:
            _put(canvas, look, pictures[k], (x, y + (TALL - 4) * scale), wide, PICTURE * scale)
    low = places[-1][1] + tall + 24 * scale
    whole = look.say("all_parameters", n=f"{experiment.network.layout.size:,}")
    canvas.add(Text((canvas.width / 2, low), whole, "middle", faint, size))


def _arrow(canvas: Canvas, colour: str, before: Place, place: Place, wide: float, tall: float, scale: float) -> None:  # fmt: skip
    (x0, y0), (x1, y1) = before, place
    tip = 4 * scale
    if y0 == y1:
        y, end = y0 + tall / 2, x1 - 2
        canvas.add(Line([(x0 + wide + 2, y), (end, y)], colour, 1.3))
        canvas.add(Line([(end - tip, y - tip), (end, y), (end - tip, y + tip)], colour, 1.3))
        return
    # Back to the beginning of the next row.
    middle, x, end = (y0 + tall + y1) / 2, x1 + wide / 2, y1 - 2
    canvas.add(Line([(x0 + wide / 2, y0 + tall + 2), (x0 + wide / 2, middle), (x, middle), (x, end)], colour, 1.3))  # fmt: skip
    canvas.add(Line([(x - tip, end - tip), (x, end), (x + tip, end - tip)], colour, 1.3))


def _pictures(look: Look, experiment: Experiment) -> list[list[NDArray[np.uint8]]] | None:
    """Of images: the first sample of the test part as it is, and what it becomes in every layer."""
    data = experiment.dataset
    rows = data.test_inputs if len(data.test_inputs) else data.inputs
    if data.view != "image" or not len(rows):
        return None
    try:
        found = experiment.activations_scaled(rows[:1])
    except Refused:
        return None
    sample = finite(rows[0])
    if sample.shape[-1] >= 3:
        first = np.round(255 * np.clip(sample[..., :3], 0, 1)).astype(np.uint8)
    else:
        first = blended(look, rgb(look.colour("ink")), np.clip(sample[..., 0], 0, 1))
    drawn = [[first]]
    for layer in found.values():
        values = finite(layer["a"][0])
        limit = max(1e-6, float(np.abs(values).max()))
        if values.ndim == 3:
            drawn.append([shaded(look, values[..., c] / limit) for c in range(min(MOST_MAPS, values.shape[-1]))])  # fmt: skip
        else:
            drawn.append([shaded(look, _folded(values.ravel()[:256] / limit))])
    return drawn


def _folded(values: NDArray[Any]) -> NDArray[Any]:
    """A row as a strip, folded where it is long."""
    columns = len(values) if len(values) <= 12 else int(np.ceil(len(values) ** 0.5))
    whole = np.zeros(-(-len(values) // columns) * columns)
    whole[: len(values)] = values
    return whole.reshape(-1, columns)


def _put(canvas: Canvas, look: Look, pictures: list[NDArray[np.uint8]], corner: Place, wide: float, tall: float) -> None:  # fmt: skip
    x, y = corner
    across = 1 if len(pictures) == 1 else 2
    down = -(-len(pictures) // across)
    rows, columns = pictures[0].shape[:2]
    cell = min((wide - 16 - 4 * (across - 1)) / (across * columns), (tall - 12 - 4 * (down - 1)) / (down * rows))  # fmt: skip
    w, h = cell * columns, cell * rows
    left = x + (wide - across * w - 4 * (across - 1)) / 2
    above = y + (tall - 8 - down * h - 4 * (down - 1)) / 2
    for i, pixels in enumerate(pictures):
        place = (left + i % across * (w + 4), above + i // across * (h + 4))
        canvas.add(Raster(place, (w, h), pixels, smooth=False))
        canvas.add(Box(place, (w, h), "none", look.colour("edge")))


__all__ = ["chain_height", "draw_chain", "links_of"]
