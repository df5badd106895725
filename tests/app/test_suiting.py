"""What the server makes of a data set's name alone, and what it tells about data."""

import json

import httpx
import pytest

from app.catalog import catalog
from engine.baselines import Baseline
from engine.datasets import DATASETS
from engine.suits import RECIPES

from ..data import MADE
from .test_kinds import create

CATALOG = json.loads(json.dumps(catalog()))  # as it travels
ENTRIES = {entry["name"]: entry for entry in CATALOG["datasets"]}


@pytest.mark.parametrize("kind", MADE)
def test_the_name_of_a_data_set_alone_gives_its_whole_recipe(
    client: httpx.Client, kind: str
) -> None:
    made = create(client, {"dataset": {"kind": kind}})["spec"]
    suits = ENTRIES[kind]["suits"]
    assert set(suits) >= {"layers", "loss", "optimizer", "batch_size", "initializer"}
    assert {name: made[name] for name in suits} == suits


def test_layers_of_ones_own_get_the_loss_that_fits_and_no_more(client: httpx.Client) -> None:
    made = create(client, {"dataset": {"kind": "sine"}, "layers": [{"units": 3}]})["spec"]
    defaults = CATALOG["defaults"]
    assert made["loss"] == "mse"
    assert made["optimizer"] == defaults["optimizer"]
    assert made["batch_size"] == defaults["batch_size"]


def test_an_optimizer_of_ones_own_takes_its_place_in_the_recipe(client: httpx.Client) -> None:
    made = create(client, {"dataset": {"kind": "digits"}, "optimizer": {"kind": "lion"}})["spec"]
    assert made["optimizer"]["kind"] == "lion"
    assert made["layers"][0]["kind"] == "conv2d"


def test_nothing_asked_for_gives_what_it_always_gave(client: httpx.Client) -> None:
    assert create(client, {})["spec"] == CATALOG["defaults"]


@pytest.mark.parametrize("kind", DATASETS)
def test_the_catalog_says_how_fast_to_play_and_what_to_try(kind: str) -> None:
    entry = ENTRIES[kind]
    assert entry["pace"] == RECIPES[kind].pace
    assert set(entry["try"]) == {"en", "zh"}
    assert 20 < len(entry["try"]["en"]) <= 110
    assert any("\u4e00" <= letter <= "\u9fff" for letter in entry["try"]["zh"])


def test_another_kind_of_data_keeps_what_was_chosen_and_not_what_nobody_chose(
    client: httpx.Client,
) -> None:
    made = create(client, {"dataset": {"kind": "circle", "seed": 7}})
    here = f"/api/networks/{made['id']}"
    data = client.patch(here, json={"dataset": {"kind": "checkerboard"}}).json()["spec"]["dataset"]
    assert data["seed"] == 7
    assert (data["samples"], data["noise"]) == (2000, 0.05)


@pytest.mark.parametrize("kind", MADE)
def test_a_data_sets_answer_names_its_axes_in_both_languages(
    client: httpx.Client, kind: str
) -> None:
    data = client.get(f"/api/datasets/{kind}?count=1").json()
    assert len(data["column_labels"]) == len(data["columns"])
    assert len(data["class_labels"]) == len(data["class_names"])
    named = [*data["column_labels"], *data["class_labels"]]
    named += [data[n] for n in ("target_label", "unit", "time_label", "series_name") if data[n]]
    assert all(set(words) == {"en", "zh"} and all(words.values()) for words in named)
    assert data["task"] == "classification" or data["target_label"]
    assert (data["series"] is None) == (data["series_start"] is None)
    assert (data["series"] is None) == (data["series_name"] is None)


def test_sunspots_stand_at_their_years(client: httpx.Client) -> None:
    data = client.get("/api/datasets/sunspots?count=1").json()
    year = data["series_start"] + data["series_step"] * (len(data["series"]) - 1)
    assert (data["series_start"], year) == (1700, 2008)
    assert data["time_label"] == {"en": "year", "zh": "年份"}
    assert data["unit"]["en"] == "yearly mean"


def test_words_of_known_tables_are_in_the_order_of_their_files(client: httpx.Client) -> None:
    iris = client.get("/api/datasets/iris?count=1").json()
    assert [c["en"] for c in iris["class_labels"]] == iris["class_names"]
    assert [c["en"] for c in iris["column_labels"]] == iris["columns"]
    cancer = client.get("/api/datasets/breast_cancer?count=1").json()
    assert [c["en"] for c in cancer["class_labels"]] == cancer["class_names"]
    assert [c["en"] for c in cancer["column_labels"]] == cancer["columns"]
    assert cancer["class_labels"][0]["zh"] == "恶性"
    wine = client.get("/api/datasets/wine?count=1").json()
    plain = [c["en"].lower().replace(" ", "_").replace("colour", "color") for c in wine["column_labels"]]  # fmt: skip
    assert plain == wine["columns"]


def test_a_table_of_ones_own_is_called_as_its_owner_calls_it(client: httpx.Client) -> None:
    csv = "height,weight,age\n" + "".join(f"{i},{i * 2},{i / 7}\n" for i in range(30))
    own = client.post("/api/datasets", json={"csv": csv}).json()
    assert own["suits"]["loss"] == "mse"
    assert own["pace"] == 50
    data = client.get(f"/api/datasets/own?id={own['id']}").json()
    assert data["column_labels"] == [{"en": n, "zh": n} for n in ("height", "weight")]
    assert data["target_label"] == {"en": "age", "zh": "age"}
    assert data["baseline"]["kind"] == "mean"


def test_a_baseline_goes_with_the_data_and_with_the_networks_loss(client: httpx.Client) -> None:
    alone = client.get("/api/datasets/counts?count=1").json()["baseline"]
    assert set(alone) == set(Baseline.__dataclass_fields__)
    assert alone["loss_name"] == "poisson"
    made = create(client, {"dataset": {"kind": "counts"}, "loss": "mse"})
    compared = client.get(f"/api/networks/{made['id']}/dataset").json()["baseline"]
    assert compared["loss_name"] == "mse"
    assert compared["test_metric"] == alone["test_metric"]
    assert client.get("/api/datasets/drawn").json()["baseline"] is None


@pytest.mark.parametrize("kind", ["max_pool2d", "avg_pool2d"])
def test_a_stride_of_nothing_is_said_to_be_the_windows(kind: str) -> None:
    layer = next(layer for layer in CATALOG["layers"] if layer["name"] == kind)
    strides = layer["schema"]["properties"]["strides"]
    assert strides["default"] == strides["minimum"] == 0
    assert strides["zero"] == {"en": "as the window", "zh": "与窗口相同"}


def test_a_rule_is_asked_about_as_it_is_typed_and_has_what_suits_its_task(client) -> None:
    ask = {"samples": 0, "count": 1}
    for rule, task, loss in (
        ("x*y > 0", "classification", "cross_entropy"),
        ("x*y", "regression", "mse"),
    ):
        told = client.get("/api/datasets/rule", params={**ask, "rule": rule}).json()
        assert (told["task"], told["samples"]) == (task, 0)
        made = create(client, {"dataset": {"kind": "rule", "rule": rule}})
        assert made["spec"]["loss"] == loss
        trained = client.post(f"/api/networks/{made['id']}/train", json={"steps": 5})
        assert trained.status_code == 200, trained.text
    wrong = client.get("/api/datasets/rule", params={**ask, "rule": "x > z"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "formula.unknown_name")
    problem = wrong.json()["errors"][0]
    assert (problem["field"], problem["values"]["at"]) == ("dataset.rule", 5)
    refused = client.post("/api/networks", json={"dataset": {"kind": "rule", "rule": "y > 9"}})
    assert refused.json()["code"] == "rule.nowhere"
