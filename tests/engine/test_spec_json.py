"""A spec as text, as checkpoints hold it, and back."""

import pytest

from engine import NetworkSpec
from engine.datasets import DATASETS
from engine.presets import PRESETS
from engine.spec_json import of_text, to_text
from engine.suits import suiting

from .test_rewinding import SPECS


@pytest.mark.parametrize("kind", DATASETS)
def test_a_spec_comes_back_from_its_text(kind: str) -> None:
    dataset = DATASETS[kind](**({"id": "one"} if kind == "own" else {}))
    spec = NetworkSpec(dataset=dataset, **suiting(dataset))
    assert of_text(to_text(spec)) == spec


@pytest.mark.parametrize("name", [*SPECS, *PRESETS])
def test_layers_points_and_schedules_come_back_from_their_text(name: str) -> None:
    spec = SPECS.get(name) or PRESETS[name].spec
    assert of_text(to_text(spec)) == spec
    with pytest.raises(ValueError, match="no spec of this version"):
        of_text(to_text(spec).replace('"loss"', '"lost"'))
