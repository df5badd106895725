"""What the catalog shows of every dataset."""

import json
import time
from typing import Any

import pytest

from app import catalog
from engine.datasets import DATASETS, packaged

KINDS = [name for name in DATASETS if name not in ("own", "own_text")]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_small_preview(kind: str) -> None:
    cls = DATASETS[kind]
    shown: Any = catalog._preview(cls)
    assert shown["view"] == cls.view
    assert len(json.dumps(shown)) < 30_000
    if shown["view"] == "text":
        assert len(shown["text"]) == 80
        return
    assert len(shown["inputs"]) == len(shown["targets"])
    if kind != "drawn":
        assert shown["inputs"]
    if shown["view"] == "image":
        assert [shown["targets"].count(c) for c in range(4)] == [3, 3, 3, 3]
    if shown["view"] == "sequence":
        assert len(shown["inputs"]) == (2 if kind == "brackets" else 3)
    if shown["view"] == "table":
        assert {len(row) for row in shown["inputs"]} == {2}
        assert set(shown["targets"]) >= set(range(shown["classes"]))


@pytest.mark.parametrize("kind", ["own", "own_text"])
def test_what_is_ones_own_has_nothing_to_show(kind: str) -> None:
    assert catalog._preview(DATASETS[kind]) is None


def test_without_scikit_learn_only_its_pictures_are_missing(monkeypatch) -> None:
    packaged.read.cache_clear()
    monkeypatch.setattr(packaged, "find_spec", lambda name: None)
    assert catalog._preview(DATASETS["digits"]) is None


def test_previews_take_little_time() -> None:
    start = time.perf_counter()
    for cls in DATASETS.values():
        catalog._preview(cls)
    assert time.perf_counter() - start < 0.5
