"""Every line that can be worked out has a sentence in both languages."""

import json
from pathlib import Path

import pytest

from engine import SGD, Dense
from engine.activations import ACTIVATIONS
from engine.insight import worked
from engine.optimizers import OPTIMIZERS
from engine.schedules import StepDecay

from .kinds import CARE, OF_LAYER, OF_LOSS, experiment

WORDS = Path(__file__).parents[2] / "static" / "i18n"


def all_lines() -> tuple[set[str], set[str], set[str]]:
    """What lines are, what is remarked, what factors are called."""
    specs = [
        *({**spec, **CARE, "optimizer": SGD(momentum=0.5)} for spec in OF_LAYER.values()),
        *OF_LOSS.values(),
        *({"optimizer": kind(), "layers": (Dense(units=2),)} for kind in OPTIMIZERS.values()),
        *({"layers": (Dense(units=2, activation=name),)} for name in ACTIVATIONS),
        {"schedule": StepDecay(), "layers": (Dense(units=2),)},
    ]
    whats: set[str] = set()
    notes: set[str] = set()
    factors: set[str] = set()
    for spec in specs:
        run = experiment(**spec)
        for steps in (0, 2):
            run.train(steps)
            found = worked(run, [0, 1])
            whats |= {line.what for line in found.lines}
            notes |= {note for line in found.lines for note in line.notes}
            factors |= {f.what for chain in found.chains.values() for f in chain.factors}
    return whats, notes, factors


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_line_note_and_factor_has_words(language) -> None:
    words = json.loads((WORDS / f"{language}.json").read_text(encoding="utf-8"))
    whats, notes, factors = all_lines()
    assert not {w for w in whats if f"bp.{w}" not in words and f"bp.{w.split('.')[0]}" not in words}
    assert not {n for n in notes if f"bp.note.{n}" not in words}
    assert not {f for f in factors if f"bp.factor.{f}" not in words}
