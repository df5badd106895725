"""What the catalog shows of every dataset."""

import json
import time
from typing import Any

import pytest

from app import catalog
from engine.activations import activation
from engine.datasets import DATASETS, packaged

from ..data import DRAWN, GIVEN, MADE


@pytest.mark.parametrize("kind", MADE)
def test_every_kind_has_a_small_preview(kind: str) -> None:
    cls = DATASETS[kind]
    shown: Any = catalog._preview(cls)
    assert shown["view"] == cls.view
    assert len(json.dumps(shown)) < 30_000
    if shown["view"] == "text":
        assert len(shown["text"]) == 80
        return
    assert len(shown["inputs"]) == len(shown["targets"])
    if kind not in DRAWN:
        assert shown["inputs"]
    if shown["view"] == "image":
        assert [shown["targets"].count(c) for c in range(4)] == [1, 1, 1, 1]
    if shown["view"] == "sequence":
        assert len(shown["inputs"]) == (2 if kind == "brackets" else 3)
    if shown["view"] == "table":
        assert {len(row) for row in shown["inputs"]} == {2}
        assert set(shown["targets"]) >= set(range(shown["classes"]))


def test_the_short_catalog_leaves_out_texts_of_schemas_and_nothing_of_use(client) -> None:
    whole = client.get("/api/catalog").json()
    short = client.get("/api/catalog?short=true").json()
    assert set(short) == set(whole)
    for part in ("layers", "optimizers", "schedules", "datasets"):
        for told, full in zip(short[part], whole[part], strict=True):
            assert {**told, "schema": 0} == {**full, "schema": 0}
            assert "title" not in told["schema"]
            for name, property in full["schema"]["properties"].items():
                kept = told["schema"]["properties"][name]
                for key in ("default", "minimum", "maximum", "enum", "const", "$ref"):
                    assert kept.get(key) == property.get(key)
    assert set(short["spec_schema"]["$defs"]) == {"Clipping", "OutputSpec"}
    assert short["spec_schema"]["properties"]["average"]
    assert short["presets"] == whole["presets"]


@pytest.mark.parametrize("kind", GIVEN)
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


def test_the_catalog_says_of_every_activation_where_it_is_used_and_where_it_fails(client) -> None:
    for query in ("", "?short=true"):
        for told in client.get(f"/api/catalog{query}").json()["activations"]:
            record = activation(told["name"])
            for field in ("used", "fails", "low", "high", "reached", "flat_below", "flat_above"):
                assert told[field] == getattr(record, field)


def test_a_fault_of_the_data_has_no_control_and_stays_with_its_data(client) -> None:
    datasets = client.get("/api/catalog?short=true").json()["datasets"]
    schemas = {entry["name"]: entry["schema"]["properties"] for entry in datasets}
    assert schemas["moons"]["fault"]["hidden"] is True
    assert schemas["iris"]["fault"]["default"] == "none"
    assert [n for n, p in schemas["moons"].items() if "hidden" in p] == ["fault"]
    assert "fault" not in schemas["digits"]
    made = client.post("/api/networks", json={"dataset": {"kind": "moons", "fault": "unscaled"}})
    url = f"/api/networks/{made.json()['id']}"
    noisier = client.patch(url, json={"dataset": {"noise": 0.3}}).json()["spec"]["dataset"]
    assert (noisier["fault"], noisier["noise"]) == ("unscaled", 0.3)
    other = client.patch(url, json={"dataset": {"kind": "circle"}}).json()["spec"]["dataset"]
    assert (other["fault"], other["noise"]) == ("none", 0.3)
    client.delete(url)
