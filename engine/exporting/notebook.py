"""A run as a Jupyter notebook (nbformat 4.5): the numbers, the NumPy code, the losses as a plot."""

from typing import Any

from .numpy_code import numpy_code
from .run import Run
from .words import WORDS, Language

PLOT = """import matplotlib.pyplot as plt

plt.semilogy(losses)
plt.xlabel({step!r})
plt.ylabel({loss!r})
plt.grid(True)
plt.show()
"""


def notebook(run: Run, language: Language, first: str) -> dict[str, Any]:
    """`first`: what stands above all, a paragraph a line."""
    body, data = numpy_code(run, language, "")
    code = body.removeprefix('""""""').strip("\n")
    data = data.removesuffix("\nmain()\n").strip("\n")
    title, _, rest = first.strip().partition("\n")
    spoken = {"en": ("step", "loss"), "zh": ("步", "损失")}[language]
    cells = [
        ("markdown", f"# {title}\n{rest}"),
        ("markdown", WORDS["notebook_data"][language]),
        ("hidden", data),
        ("code", code),
        ("code", "losses = main()"),
        ("markdown", WORDS["notebook_plot"][language]),
        ("code", PLOT.format(step=spoken[0], loss=spoken[1]).strip()),
    ]
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "cells": [_cell(i, kind, text) for i, (kind, text) in enumerate(cells)],
    }


def _cell(number: int, kind: str, text: str) -> dict[str, Any]:
    common = {"id": f"cell-{number}", "source": text.splitlines(keepends=True)}
    if kind == "markdown":
        return {"cell_type": "markdown", "metadata": {}, **common}
    hidden = {"jupyter": {"source_hidden": True}} if kind == "hidden" else {}
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": hidden,
        "outputs": [],
        **common,
    }
