"""What is drawn of a network on the server: the course of its loss, its output, itself."""

from typing import Any, Literal

from engine.experiment import Experiment

from .drawing.answers import draw_confusion, draw_fit, draw_steps
from .drawing.canvas import Canvas, Text, png, svg
from .drawing.chain import chain_height, draw_chain
from .drawing.course import draw_loss
from .drawing.fonts import has_chinese, unwritable
from .drawing.look import Look, Scale, Theme
from .drawing.network import draw_rows, is_of_rows, rows_height
from .drawing.plane import PLANE_WIDTH, draw_curve, draw_plane, plane_height
from .drawing.series import draw_series
from .drawing.words import Language
from .shelf import experiment_of, name_of

What = Literal["network", "output", "loss"]
Drawn = Literal["svg", "png"]
WIDTH, HEIGHT, TOP = 640, 420, 14
LEAST_SIDE, MOST_SIDE = 240, 1200
# What a picture has otherwise than was asked for.
IN_ENGLISH, LETTERS = "picture.in_english", "picture.letters_missing"


def picture(id: str, what: What, format: Drawn, look: Look) -> tuple[bytes, list[str]]:
    """A file, and the codes of what it has otherwise than was asked for: painted letters are those of this
    machine, where Chinese ones may be missing.

    Raises: Refused
    """
    experiment = experiment_of(id)
    if format == "svg":
        return svg(scene(experiment, what, look)), []
    notes = []
    if look.language == "zh" and not has_chinese():
        look = Look(look.theme, "en", look.scale, look.width, look.height)
        notes.append(IN_ENGLISH)
    canvas = scene(experiment, what, look)
    if any(isinstance(mark, Text) and unwritable(mark.text) for mark in canvas.marks):
        notes.append(LETTERS)
    return png(canvas), notes


def scene(experiment: Experiment, what: What, look: Look | None = None) -> Canvas:
    look = look or Look()
    title = f"{name_of(experiment)}, {what}, step {experiment.step}"
    width, height = _size(experiment, what, look)
    canvas = Canvas(width, height, title, look.colour("paper"), look.colour("ink"))
    if look.caption:
        canvas.add(Text((width - 8, 12), look.say("now", step=f"{experiment.step:,}"), "end", look.colour("faint")))  # fmt: skip
    if what == "loss":
        draw_loss(canvas, look, experiment, TOP)
    elif what == "network":
        (draw_rows if is_of_rows(experiment) else draw_chain)(canvas, look, experiment, TOP)
    else:
        _output(canvas, look, experiment)
    return canvas


def _size(experiment: Experiment, what: What, look: Look) -> tuple[float, float]:
    """What was asked for, and what suits the picture."""
    dataset = experiment.dataset
    rows = what == "network" and is_of_rows(experiment)
    width: float = WIDTH
    if rows:
        width = min(MOST_SIDE, max(WIDTH, 110 * len(experiment.network.shapes) + 100))
    elif what == "output" and dataset.plane is not None:
        width = PLANE_WIDTH
    width = look.width or width
    if look.height:
        return width, look.height
    if rows:
        height = rows_height(experiment, width)
    elif what == "network":
        height = chain_height(experiment, width)
    elif what == "output" and dataset.plane is not None:
        height = plane_height(look, experiment, width)
    else:
        text = what == "output" and dataset.per_step
        height = max(280.0, width * HEIGHT / WIDTH) + (60 if text else 0)
    return width, min(MOST_SIDE, round(height))


def _output(canvas: Canvas, look: Look, experiment: Experiment) -> None:
    dataset = experiment.dataset
    if dataset.plane is not None:
        draw = draw_plane
    elif not len(dataset.inputs):
        middle = (canvas.width / 2, canvas.height / 2)
        canvas.add(Text(middle, look.say("no_samples"), "middle", look.colour("faint")))
        return
    elif dataset.view == "curve":
        draw = draw_curve
    elif dataset.series is not None:
        draw = draw_series
    elif dataset.per_step:
        draw = draw_steps
    else:
        draw = draw_confusion if dataset.classes else draw_fit
    draw(canvas, look, experiment, TOP)


def course_csv(id: str) -> bytes:
    """The course of the run, a row a step that something is known of; what is not known is empty."""
    course = experiment_of(id).course()
    names = ("loss", "low", "high"), ("train_loss", "test_loss", "accuracy", "test_accuracy")
    rows: dict[int, dict[str, Any]] = {}
    for steps, columns in zip(("step", "test_step"), names, strict=True):
        for i, step in enumerate(course[steps]):
            rows.setdefault(step, {}).update({name: course[name][i] for name in columns})
    lines = ["step," + ",".join(n for part in names for n in part)]
    for step in sorted(rows):
        values = (rows[step].get(name) for part in names for name in part)
        lines.append(f"{step}," + ",".join("" if v is None else f"{v:.9g}" for v in values))
    return ("\r\n".join(lines) + "\r\n").encode()


__all__ = [
    "LEAST_SIDE", "MOST_SIDE", "Drawn", "Language", "Look", "Scale", "Theme", "What", "course_csv", "picture", "scene",
]  # fmt: skip
