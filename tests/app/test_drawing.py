"""What pictures of a network show, mark by mark: names, shapes, colours, scales."""

import json
import re
from base64 import b64decode
from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from PIL import Image

from app.workers import scenes
from app.workers.drawing import fonts
from app.workers.drawing.axes import figures, ticks
from app.workers.drawing.canvas import Canvas, Text, png, svg
from app.workers.drawing.look import CLASSES, Look, shaded
from app.workers.drawing.words import WORDS
from engine.datasets import OwnData, parse_csv
from engine.datasets.image import Digits
from engine.datasets.known_tables import Iris
from engine.datasets.own import Own
from engine.datasets.plane import Slope, Spiral
from engine.experiment import Experiment
from engine.layers import BatchNorm, Dense, Residual
from engine.presets import PRESETS
from engine.spec import NetworkSpec
from engine.suits import suiting

SVG = "{http://www.w3.org/2000/svg}"
STATIC = Path(__file__).parents[2] / "static"


def trained(spec: NetworkSpec, steps: int = 60, **options: Any) -> Experiment:
    experiment = Experiment(spec, **options)
    for _ in range(4):
        experiment.train(steps // 4)
        experiment.measured()
    return experiment


@pytest.fixture(scope="module")
def spiral() -> Experiment:
    return trained(NetworkSpec(dataset=Spiral(samples=120)))


def drawn(experiment: Experiment, what: scenes.What, **look: Any) -> Element:
    data = svg(scenes.scene(experiment, what, Look(**look)))
    told = re.sub(rb"base64,[^\"]*", b"", data)
    assert not re.search(rb"\b(nan|inf|None)\b", told)
    return ElementTree.fromstring(data)


def texts(root: Element) -> list[str]:
    return [node.text or "" for node in root.iter(f"{SVG}text")]


def of_class(root: Element, name: str) -> list[Element]:
    return [node for node in root.iter() if node.get("class") == name]


def test_a_plane_has_every_sample_in_its_shape_and_rings_where_it_is_wrong(spiral) -> None:
    root, data = drawn(spiral, "output"), spiral.dataset
    for part, targets in (("train", data.targets), ("test", data.test_targets)):
        marks = of_class(root, part)
        assert len(marks) == len(targets)
        # Circle, square, triangle.
        shapes = Counter(len((mark.get("points") or "").split()) for mark in marks)
        assert shapes == dict(zip((0, 4, 3), np.bincount(targets), strict=True))
        filled, edged = ("stroke", "fill") if part == "test" else ("fill", "stroke")
        assert {mark.get(filled) for mark in marks} == {CLASSES[k][0] for k in range(3)}
        assert {mark.get(edged) for mark in marks} == {"#ffffff"}
    wrong = sum(
        int((spiral.classify(spiral.predict_scaled(x)) != t).sum())
        for x, t in ((data.inputs, data.targets), (data.test_inputs, data.test_targets))
    )
    assert 0 < len(of_class(root, "wrong")) == wrong
    image = next(root.iter(f"{SVG}image"))
    assert image.get("width") == image.get("height")  # both axes to one scale
    assert {"x₁", "x₂", "A", "B", "C", "for training", "for testing"} <= set(texts(root))


def test_classes_are_mixed_by_how_much_one_leads_not_in_blocks(spiral) -> None:
    image = next(drawn(spiral, "output").iter(f"{SVG}image"))
    pixels = np.asarray(Image.open(BytesIO(b64decode((image.get("href") or "").split(",")[1]))))
    assert pixels.shape == (256, 256, 3)
    outputs = spiral.boundary(256)["outputs"][::-1]
    first, second = np.sort(outputs, -1)[..., -1], np.sort(outputs, -1)[..., -2]
    row, column = np.unravel_index(np.argmax(first - second), first.shape)
    best, share = outputs[row, column].argmax(), 0.12 + 0.6 * (first - second)[row, column]
    full = [int(CLASSES[best][0][i : i + 2], 16) for i in (1, 3, 5)]
    wanted = [255 + (c - 255) * share for c in full]  # static/js/model/worker.js, `paint`
    np.testing.assert_allclose(pixels[row, column], wanted, atol=1)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 100


def test_values_have_a_bar_with_figures_and_tables_their_components() -> None:
    said = texts(drawn(trained(NetworkSpec(dataset=Slope(samples=80), **suiting(Slope))), "output"))
    assert {"value", "−1", "0", "1"} <= set(said)
    iris = trained(NetworkSpec(dataset=Iris(), **suiting(Iris)))
    said = texts(drawn(iris, "output"))
    assert any(re.fullmatch(r"principal component 1 \(\d+% of the variance\)", t) for t in said)
    assert {"setosa", "versicolor", "virginica"} <= set(said)
    names = texts(drawn(iris, "network", language="zh"))
    assert {"萼片长度（厘米）", "山鸢尾", "全连接层", "权重："} <= set(names)


def test_a_network_shows_its_units_its_lines_and_what_is_left_out(spiral) -> None:
    root = drawn(spiral, "network")
    lines = list(root.iter(f"{SVG}path"))
    assert len(lines) == 2 * 8 + 8 * 8 + 8 * 8 + 8 * 3
    weights = spiral.network.layout.views(spiral.trainer.vector)
    negative = sum(int((w < 0).sum()) for name, w in weights.items() if name.endswith("weight"))
    assert Counter(line.get("stroke") for line in lines)["#0868ac"] == negative
    widths = [float(line.get("stroke-width") or 0) for line in lines]
    assert max(widths) > 3 * min(widths)
    assert len(list(root.iter(f"{SVG}image"))) == 2 + 3 * 8 + 3
    assert {"x₁", "A", "dense", "tanh", "8 units", "softmax", "negative"} <= set(texts(root))
    layers = (Dense(units=30), BatchNorm(), Residual())
    wide = drawn(Experiment(NetworkSpec(dataset=Spiral(samples=60), layers=layers)), "network")
    assert texts(wide).count("+18 more") == 3


def test_a_chain_has_shapes_and_parameters() -> None:
    spec = replace(PRESETS["digits_cnn"].spec, dataset=Digits(samples=120))
    experiment = trained(spec, 8)
    said = texts(drawn(experiment, "network"))
    assert {"8 × 8 × 1", "8 × 8 × 16", "4 × 4 × 32", "160 parameters", "4,640 parameters"} <= set(
        said
    )
    assert f"{experiment.network.layout.size:,} parameters in all" in said
    root = drawn(experiment, "output")
    counted = [int(text) for text in texts(root) if text.isdigit()]
    assert sum(counted) - sum(range(10)) * 2 == len(experiment.dataset.test_inputs)
    assert {"true class", "predicted class"} <= set(texts(root))


def test_the_loss_is_named_at_its_lines_and_its_best_is_marked(spiral) -> None:
    root = drawn(spiral, "loss")
    said = texts(root)
    assert {"train", "test", "batch", "step", "loss (cross entropy)"} <= set(said)
    best = spiral.best
    assert best is not None
    assert len(of_class(root, "best")) == 1
    assert any(text.startswith("best ") and text.endswith(f"step {best.step}") for text in said)
    assert any(text.startswith("always the commonest class 1.") for text in said)
    assert len(list(root.iter(f"{SVG}polygon"))) == 1  # the band
    dashed = [line for line in root.iter(f"{SVG}polyline") if line.get("stroke-dasharray")]
    assert len(dashed) == 2
    assert texts(drawn(spiral, "loss", scale="log")) != said


def test_a_series_is_in_its_own_units_and_years() -> None:
    root = drawn(trained(PRESETS["sunspots_gru"].spec, 12), "output")
    said = texts(root)
    assert {"year", "sunspot number (yearly mean)", "forecast", "actual", "1980", "100"} <= set(
        said
    )
    assert any("same" in text or "last value is repeated" in text for text in said)


def test_of_a_single_column_the_height_says_nothing_and_sets_samples_apart() -> None:
    table = parse_csv("\n".join(["height,kind", *(f"{150 + k},{'ab'[k > 20]}" for k in range(40))]))
    experiment = trained(NetworkSpec(dataset=Own(id="x")), tables={"x": table})
    root = drawn(experiment, "output")
    said = texts(root)
    assert {"height", "160", "180"} <= set(said)
    assert not any("component" in text for text in said)
    # No figure but those of the column, and no two samples in one place.
    assert all(150 <= float(text) < 200 for text in said if re.fullmatch(r"−?[\d.]+", text))
    marks = [*of_class(root, "train"), *of_class(root, "test")]
    heights = [
        float(one.get("cy") or one.get("points", "0,0").split()[0].split(",")[1]) for one in marks
    ]
    assert len({round(v, 2) for v in heights}) > 30


def test_names_cannot_be_markup() -> None:
    names = ["<script>alert(1)</script>", 'a"b & c\x01']
    rows = [f"{k % 7},{k % 5},{k % 3},kind<{k % 2}>&\ud7ff" for k in range(40)]
    table: OwnData = parse_csv("\n".join([f'"{names[0]}","a""b & c","d","t"', *rows]))
    kept = replace(table, columns=(names[0], names[1], "d"))
    experiment = Experiment(NetworkSpec(dataset=Own(id="x")), tables={"x": kept})
    for what in ("network", "output"):
        root = drawn(experiment, what)
        assert "kind<0>&\ud7ff" in texts(root)
        assert not list(root.iter("script"))
        assert not list(root.iter(f"{SVG}script"))
    assert 'a"b & c\ufffd' in texts(drawn(experiment, "network"))


def test_light_and_dark_narrow_and_wide(spiral) -> None:
    dark = drawn(spiral, "output", theme="dark", width=300)
    assert next(dark.iter(f"{SVG}rect")).get("fill") == "#12151a"
    assert dark.get("width") == "300"
    for width in (240, 360, 1200):
        root = drawn(spiral, "network", width=width, height=400)
        assert (root.get("width"), root.get("height")) == (str(width), "400")
        for node in root.iter(f"{SVG}text"):
            assert 0 <= float(node.get("x") or -1) <= width


def test_colours_and_words_are_those_of_the_page() -> None:
    tokens = (STATIC / "css" / "tokens.css").read_text()
    for k, (light, dark) in enumerate(CLASSES):
        assert f"--class-{k}: light-dark({light}, {dark});" in tokens
    assert f"--positive: light-dark({Look().colour('positive')}, " in tokens
    assert f"--negative: light-dark({Look().colour('negative')}, " in tokens
    named = {kind: f"name.{kind}" for kind in list(WORDS)[list(WORDS).index("dense") :]}
    for kind in ("majority", "mean", "persistence", "frequency"):
        named[kind] = f"baseline.{kind}"
    named |= {"train": "trainLine", "test": "testLine", "batch": "batchLoss", "wrong": "wrong"}
    named |= {"for_training": "ofTrain", "for_testing": "ofTest", "prediction": "prediction"}
    named |= {"component": "component", "actual": "series.actual", "forecast": "series.forecast"}
    for language in ("en", "zh"):
        page = json.loads((STATIC / "i18n" / f"{language}.json").read_text())
        assert {key: WORDS[key][language] for key in named} == {key: page[name] for key, name in named.items()}  # fmt: skip


def test_a_png_has_the_letters_of_its_machine_or_says_so(monkeypatch) -> None:
    canvas = Canvas(
        120, 40, "title", "#ffffff", "#000000", [Text((10, 24), "层 x₁ − é", halo="#ffffff")]
    )
    made: Any = Image.open(BytesIO(png(canvas)))
    assert made.size == (240, 80)
    assert made.text["Title"] == "title"
    assert np.asarray(made).min() < 100
    monkeypatch.setattr(fonts, "_files", lambda chinese: ())
    fonts._holding.cache_clear()
    try:
        assert not fonts.has_chinese()
        assert fonts.unwritable("层")
        assert not fonts.unwritable("x₁ − é")  # written x1 - é
        assert np.asarray(Image.open(BytesIO(png(canvas)))).min() < 100
        monkeypatch.setattr(scenes, "experiment_of", lambda id: Experiment(NetworkSpec()))
        _, notes = scenes.picture("x", "loss", "png", Look(language="zh"))
        assert notes == [scenes.IN_ENGLISH]
        assert scenes.picture("x", "loss", "svg", Look(language="zh"))[1] == []
    finally:
        fonts._holding.cache_clear()


@pytest.mark.parametrize(
    "ends", [(0.0, 1.0), (-3.0, 3.0), (0.0, 0.0379), (1e-9, 3e-9), (-2e6, 1e9)]
)
def test_ticks_are_round_and_within(ends) -> None:
    for about in (2, 5, 9):
        found = ticks(*ends, about)
        assert 3 <= len(found) <= 2 * about + 3
        assert all(ends[0] - 1e-12 <= v <= ends[1] * (1 + 1e-9) for v in found)
    say = figures(found)
    assert len({say(v) for v in found}) == len(found)


def test_the_diverging_scale_is_paper_at_0() -> None:
    found = shaded(Look(), np.array([-1.0, 0.0, 1.0]))
    assert ["#" + bytes(c).hex() for c in found] == ["#0868ac", "#ffffff", "#d46a00"]
