"""A run taken along: as code, as a notebook, as an ONNX file."""

from textwrap import wrap
from typing import Any

from .foreign import spec_of_chain
from .keras_code import keras_code
from .notebook import notebook
from .notes import Note, Target, note, notes_of
from .numpy_code import numpy_code
from .onnx_file import onnx_file
from .pytorch_code import pytorch_code
from .run import Run, run_of
from .words import Language

_TITLES: dict[Language, str] = {
    "en": "{name}: a run of Glassbox in {target}.\nIt prints the loss of each batch before its update.",
    "zh": "{name}：Glassbox 的一次训练，用 {target} 写成。\n打印每次更新之前该批的损失。",
}
_NEEDS: dict[Language, str] = {"en": "Needs: {needs}", "zh": "需要：{needs}"}
_LACKS: dict[Language, str] = {"en": "What is otherwise here:", "zh": "此处的不同："}
_NAMES = {
    "numpy": ("NumPy", "numpy"),
    "pytorch": ("PyTorch", "torch, numpy"),
    "keras": ("Keras 3", "keras, numpy"),
    "ipynb": ("NumPy", "numpy, matplotlib"),
}


_WRITERS = {"numpy": numpy_code, "pytorch": pytorch_code, "keras": keras_code}


def first_lines(run: Run, target: Target, language: Language, name: str) -> str:
    """The docstring of a script."""
    spoken, needs = _NAMES[target]
    lines = [
        _TITLES[language].format(name=name, target=spoken),
        "",
        _NEEDS[language].format(needs=needs),
    ]
    notes = notes_of(run, target)
    if notes:
        lines += ["", _LACKS[language]]
    width = 98 if language == "en" else 49
    for one in notes:
        lines += wrap(one.text[language], width, initial_indent="- ", subsequent_indent="  ")
    return "\n".join(lines) + "\n"


def code_of(run: Run, target: Target, language: Language, name: str) -> str:
    """A whole script."""
    first = first_lines(run, target, language, name)
    return "\n\n".join(_WRITERS[target](run, language, first))


def notebook_of(run: Run, language: Language, name: str) -> dict[str, Any]:
    """A whole notebook, as JSON has it."""
    return notebook(run, language, first_lines(run, "ipynb", language, name))


__all__ = [
    "Language", "Note", "Run", "Target", "code_of", "note", "notebook_of", "notes_of", "onnx_file",
    "run_of", "spec_of_chain",
]  # fmt: skip
