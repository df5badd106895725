"""The page as a student uses it."""

import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.serving import serve

from .conftest import Visitor


def weights_of(visitor: Visitor) -> list[float]:
    return visitor.page.evaluate("Array.from(glassbox.store.state.weights)")


# Places on the diagram `g` of the default network: its first line, the dot of its output's second bias.
EDGE = """{ const e = g.edges[0];
  return { x: (e.from.x + e.to.x) / 2, y: (e.from.y + e.to.y) / 2, index: e.index }; }"""
BIAS = "{ const n = g.nodes[4][1]; return { x: n.x - n.size / 2, y: n.y + n.size / 2 }; }"


def on_diagram(page: Any, place: str) -> dict[str, float]:
    """A place of the diagram, on the screen."""
    return page.evaluate(
        """async () => {
          const { layOut } = await import('/static/js/charts/diagram.js');
          const { network } = glassbox.store.state;
          const box = document.getElementById('diagram').getBoundingClientRect();
          const offsets = new Map(network.layout.map((p) => [p.name, p.offset]));
          const room = Math.max(420, Math.min(innerHeight - 300, 640));
          const g = layOut(document.getElementById('diagram-box').clientWidth, 2, network.layers, offsets, room);
          const found = (() => PLACE)();
          return { ...found, x: box.left + found.x, y: box.top + found.y };
        }""".replace("PLACE", place)
    )


def choose(visitor: Visitor, label: str, value: str) -> None:
    visitor.page.locator("#settings").get_by_label(label, exact=True).select_option(value)


def test_open_press_play_and_the_loss_falls(server, visitor) -> None:
    page = visitor.open(server.url)
    assert page.title() == "Glassbox — watch a neural network learn"
    before = visitor.state("frame.loss")
    page.click("#play")
    visitor.until("s.frame.step > 600")
    page.click("#play")
    visitor.until("s.frame.state === 'paused'")
    assert visitor.state("frame.loss") < 0.9 * before
    assert visitor.state("history.step.length") > 10
    assert int(page.inner_text("#count-step").replace("\u2009", "")) == visitor.state("frame.step")
    assert "accuracy" in page.inner_text("#figures")
    assert page.locator("#confusion td").count() == 10


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"dataset": {"kind": "circle"}, "loss": "binary_cross_entropy", "layers": [{"units": 5, "activation": "gelu"}]},
        {"dataset": {"kind": "ripple"}, "loss": "mse", "features": ["x1", "x2", "sin_x1", "x1_x2", "x2_squared"],
         "layers": [{"units": 7, "activation": "swish"}, {"units": 6, "activation": "softplus"}]},
        {"dataset": {"kind": "xor"}, "loss": "hinge", "layers": [{"units": 6, "activation": "elu"}, {"units": 3, "activation": "sin"}]},
        {"dataset": {"kind": "blobs"}, "layers": [{"units": 9, "activation": "leaky_relu"}, {"units": 3, "activation": "sigmoid"}]},
        {"dataset": {"kind": "sine"}, "loss": "huber", "layers": [{"units": 9, "activation": "relu"}, {"units": 4, "activation": "linear"}]},
        {"dataset": {"kind": "article_linear"}, "loss": "mse", "layers": []},
    ],
    ids=lambda spec: spec.get("dataset", {}).get("kind", "default"),
)  # fmt: skip
def test_the_browsers_plane_is_the_servers_boundary(server, client, visitor, spec) -> None:
    made = client.post("/api/networks", json=spec).json()
    url = f"/api/networks/{made['id']}"
    client.post(f"{url}/train", json={"steps": 400})
    visitor.page.goto(f"{server.url}/#network={made['id']}")
    visitor.page.wait_for_selector("body[data-ready]")
    visitor.until("s.picture && s.frame.step === 400")
    ours = np.array(visitor.page.evaluate("glassbox.boundary(41)"), float)
    theirs = np.array(client.get(f"{url}/boundary?resolution=41").json()["outputs"])
    assert ours.shape == theirs.shape
    scale = max(1.0, np.abs(theirs).max())
    assert np.abs(ours - theirs).max() < 1e-4 * scale


def test_page_and_notebook_drive_the_same_network(server, client, visitor) -> None:
    page = visitor.open(server.url)
    id = visitor.state("network.id")
    client.post(f"/api/networks/{id}/train", json={"steps": 40})
    visitor.until("s.frame.step === 40")
    client.patch(f"/api/networks/{id}", json={"layers": [{"units": 3, "activation": "relu"}]})
    visitor.until(
        "s.network.layers.length === 2 && s.weights && s.weights.length === s.network.parameters"
    )
    page.click("#step")
    visitor.until("s.frame.step === 41")
    assert client.get(f"/api/networks/{id}").json()["step"] == 41


def test_a_weight_is_edited_by_clicking_its_line(server, visitor) -> None:
    page = visitor.open(server.url)
    place = on_diagram(page, EDGE)
    page.mouse.move(place["x"], place["y"])
    visitor.page.wait_for_timeout(100)
    assert "weight from" in page.inner_text("#diagram-readout")
    page.mouse.click(place["x"], place["y"])
    before = weights_of(visitor)
    page.fill("#card-number", "1.75")
    page.wait_for_timeout(300)
    assert page.is_visible("#card"), "the card stays while one types"
    page.press("#card-number", "Enter")
    visitor.until(f"Math.abs(s.weights[{place['index']}] - 1.75) < 1e-6")
    page.click("#undo")
    visitor.until(f"Math.abs(s.weights[{place['index']}] - {before[place['index']]}) < 1e-6")
    page.click("#redo")
    visitor.until(f"Math.abs(s.weights[{place['index']}] - 1.75) < 1e-6")


def test_weights_and_the_outputs_bias_are_edited_in_the_table(server, client, visitor) -> None:
    page = visitor.open(server.url)
    page.click("#of-numbers")
    field = page.get_by_label("bias Output 2")
    field.fill("2.5")
    field.press("Enter")
    visitor.until(
        "s.network.layout && Math.abs(s.weights[s.network.layout.at(-1).offset + 1] - 2.5) < 1e-6"
    )
    id = visitor.state("network.id")
    assert client.get(f"/api/networks/{id}/weights").json()["output.bias"][1] == 2.5


def test_points_are_drawn_and_erased_while_it_trains(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click("#play")
    page.click('#brushes button[aria-label="draw points of a new class, D"]')
    box = page.locator("#plane").bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 40, steps=8)
    page.mouse.up()
    visitor.until("s.dataset.classes === 4 && s.network.layers.at(-1).units === 4")
    drawn = visitor.state("network.spec.dataset.points.length")
    assert drawn >= 4
    assert visitor.state("frame.state") == "playing"
    page.click('#brushes button:has-text("erase")')
    page.mouse.click(box["x"] + 140, box["y"] + 40)
    visitor.until(f"s.network.spec.dataset.points.length < {drawn}")
    page.click("#undo")
    visitor.until(f"s.network.spec.dataset.points.length === {drawn}")


def test_an_empty_plane_says_what_to_do(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click('[data-kind="drawn"]')
    visitor.until("s.dataset.inputs.length === 0")
    assert "choose a brush" in page.inner_text("#plane-readout")
    assert page.is_disabled("#play")
    page.click('#brushes button[aria-label="draw points of class A"]')
    page.click("#plane", position={"x": 100, "y": 100})
    visitor.until("s.dataset.inputs.length === 1")
    assert not page.is_disabled("#play")


def test_settings_change_while_it_plays(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click("#play")
    choose(visitor, "Optimizer", "adam")
    visitor.until("s.network.spec.optimizer.kind === 'adam'")
    page.get_by_label("Learning rate", exact=True).first.fill("0.02")
    page.get_by_label("Learning rate", exact=True).first.press("Enter")
    visitor.until("s.network.spec.optimizer.learning_rate === 0.02")
    choose(visitor, "Loss", "mse")
    visitor.until("s.network.spec.loss === 'mse'")
    page.get_by_label("Batch size", exact=True).first.fill("25")
    page.get_by_label("Batch size", exact=True).first.press("Enter")
    visitor.until("s.network.spec.batch_size === 25")
    page.click("#add-layer")
    visitor.until("s.network.spec.layers.length === 4")
    page.get_by_label("one unit more in layer 1").click()
    visitor.until("s.network.spec.layers[0].units === 9")
    page.get_by_label("activation of 2").select_option("relu")
    visitor.until("s.network.spec.layers[1].activation === 'relu'")
    page.get_by_label("x₁²").check()
    visitor.until("s.network.inputs.length === 3")
    assert visitor.state("frame.state") == "playing"
    step = visitor.state("frame.step")
    visitor.until(f"s.frame.step > {step}")


def test_undo_brings_back_layers_with_their_weights(server, visitor) -> None:
    page = visitor.open(server.url)
    page.select_option("#step-kind", "step 100")
    page.click("#step")
    visitor.until("s.frame.step === 100 && !s.waiting")
    before = weights_of(visitor)
    page.click("#remove-layer")
    visitor.until("s.network.spec.layers.length === 2")
    page.click("#undo")
    visitor.until(
        "s.network.spec.layers.length === 3 && s.weights?.length === s.network.parameters"
    )
    visitor.until("!s.canUndo && s.canRedo")
    page.wait_for_timeout(300)
    np.testing.assert_allclose(weights_of(visitor), before, rtol=1e-6)


def test_every_dataset_opens_with_a_loss_that_fits(server, visitor) -> None:
    page = visitor.open(server.url)
    for kind in page.evaluate(
        "[...document.querySelectorAll('.thumb')].map((b) => b.dataset.kind).filter((kind) => kind !== 'own_text')"
    ):
        page.click(f'[data-kind="{kind}"]')
        visitor.until(f"s.network.spec.dataset.kind === '{kind}' && s.dataset.kind === '{kind}'")
        # Images, sequences and text: test_kinds.py.
        visitor.until(
            "s.look || s.picture && s.weights && s.picture.train.length === s.dataset.inputs.length * s.network.layers.at(-1).units"
        )
        assert page.is_hidden("#banner")


@pytest.mark.parametrize("name", ["xor", "spiral", "article_bp", "article_linear", "article_pairs"])
def test_a_preset_is_one_click(server, visitor, name) -> None:
    page = visitor.open(server.url)
    page.click(f'[data-preset="{name}"]')
    expected = page.evaluate(
        f"glassbox.store.state.catalog.presets.find((p) => p.name === '{name}').spec.dataset.kind"
    )
    visitor.until(f"s.network.spec.dataset.kind === '{expected}' && s.frame.step === 0")
    page.select_option("#step-kind", "step 100")
    before = visitor.state("frame.loss")
    page.click("#step")
    visitor.until("s.frame.step === 100")
    assert visitor.state("frame.loss") < before


def test_a_pasted_table_is_learned_and_shown_on_its_plane(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click("#upload")
    page.click("#upload-form button[type=submit]")
    assert "Choose a file or paste" in page.inner_text("#upload-problem")
    page.fill("#upload-text", "1,2\n3")
    page.click("#upload-form button[type=submit]")
    page.wait_for_selector("#upload-problem:has-text('row 2 has 1 cells')")
    rng = np.random.default_rng(0)
    rows = [
        f"{a:.3f},{b:.3f},{c:.3f},{'yes' if a > b else 'no'}"
        for a, b, c in rng.normal(size=(80, 3))
    ]
    page.fill("#upload-text", "a,b,c,label\n" + "\n".join(rows))
    visitor.complaints.clear()  # the browser logs the refused uploads above
    page.click("#upload-form button[type=submit]")
    visitor.until("s.dataset.view === 'table' && s.network.inputs.length === 3")
    page.wait_for_selector("#upload-dialog", state="hidden")
    page.select_option("#step-kind", "epoch 10")
    for _ in range(4):
        page.click("#step")
        visitor.until("!s.waiting")
    visitor.until("s.frame.metrics.accuracy > 0.85")


def test_a_copied_link_opens_the_same_experiment_with_the_same_losses(
    server, browser, visitor
) -> None:
    page = visitor.open(server.url)
    page.click('[data-kind="moons"]')
    visitor.until("s.network.spec.dataset.kind === 'moons'")
    page.get_by_label("activation of 1").select_option("elu")
    visitor.until("s.network.spec.layers[0].activation === 'elu'")
    page.click("#reset")
    visitor.until("s.frame.generation === 1 && s.frame.step === 0")
    page.click("#share")
    page.wait_for_selector("#banner:has-text('Link copied')")
    link = page.evaluate("navigator.clipboard.readText()")
    other = Visitor(browser)
    other.open(link)
    assert other.state("network.id") != visitor.state("network.id")
    assert other.state("network.spec") == visitor.state("network.spec")
    found = []
    for one in (visitor, other):
        one.page.select_option("#step-kind", "step 100")
        one.page.click("#step")
        one.until("s.frame.step === 100")
        found.append((one.state("frame.loss"), weights_of(one)))
    other.context.close()
    assert found[0] == found[1]


def test_a_broken_link_opens_the_default_and_says_so(server, visitor) -> None:
    page = visitor.open(f"{server.url}/#e=%%%")
    page.wait_for_selector("#banner:has-text('cannot be read')")
    assert visitor.state("network.spec.dataset.kind") == "spiral"


def test_a_teachers_link_hides_controls(server, visitor) -> None:
    page = visitor.open(f"{server.url}/#hide=settings,data")
    assert page.is_hidden("#settings")
    assert page.is_hidden("#data")
    assert page.is_visible("#play")


def test_a_reload_keeps_the_network(server, visitor) -> None:
    page = visitor.open(server.url)
    page.select_option("#step-kind", "step 10")
    page.click("#step")
    visitor.until("s.frame.step === 10")
    id = visitor.state("network.id")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    visitor.until("s.frame && s.frame.step === 10")
    assert visitor.state("network.id") == id


def test_the_language_switches_every_word(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click("#language")
    page.wait_for_selector("#play:has-text('播放')")
    assert page.get_attribute("html", "lang") == "zh-Hans"
    text = page.inner_text("body")
    for word in ("Learning rate", "Data", "layer 1", "Activations", "Speed"):
        assert word not in text
    for word in ("学习率", "数据", "第 1 层", "激活函数"):
        assert word in text
    assert not re.search(r"\b[a-z]+\.[a-zA-Z]+\b(?<!e\.g)", page.inner_text("#settings"))
    page.reload()
    page.wait_for_selector("#play:has-text('播放')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_themes_paint_the_plane_on_their_own_paper(server, browser, scheme) -> None:
    one = Visitor(browser, color_scheme=scheme)
    one.open(server.url)
    paper = one.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    light = sum(int(v) for v in re.findall(r"\d+", paper)[:3]) > 384
    assert light == (scheme == "light")
    one.page.click("#theme")
    one.page.click("#theme")
    one.page.wait_for_selector('html[data-theme="dark"]')
    one.until("s.picture")
    one.context.close()
    assert not one.complaints


def test_with_the_keyboard_alone(server, visitor) -> None:
    page = visitor.open(server.url)
    page.keyboard.press("Space")
    visitor.until("s.frame.state === 'playing' && s.frame.step > 20")
    page.keyboard.press("Space")
    visitor.until("s.frame.state === 'paused'")
    step = visitor.state("frame.step")
    page.keyboard.press("ArrowRight")
    visitor.until(f"s.frame.step === {step + 1} && !s.waiting")
    page.keyboard.press("r")
    visitor.until("s.frame.step === 0")
    page.keyboard.press("Control+z")
    visitor.until("!s.canUndo")
    page.keyboard.press("?")
    page.wait_for_selector("#keys-dialog[open]")
    page.keyboard.press("Escape")
    page.click('#brushes button[aria-label="draw points of class A"]')
    page.focus("#plane")
    for key in ("ArrowUp", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    visitor.until("s.network.spec.dataset.points.length === 1")
    page.keyboard.press("Delete")
    visitor.until("s.network.spec.dataset.points.length === 0")
    page.focus("#of-activations")
    page.keyboard.press("ArrowRight")
    assert page.is_visible("#tab-numbers")
    focusable = page.evaluate(
        "[...document.querySelectorAll('button, select, input, [tabindex=\"0\"]')].filter((e) => e.offsetParent && !e.disabled"
        " && !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length)).map((e) => e.outerHTML)"
    )
    assert focusable == []


def test_hovering_explains_with_a_formula(server, visitor) -> None:
    page = visitor.open(server.url)
    page.hover("#settings .field:has-text('Optimizer')")
    page.wait_for_selector("#tip:popover-open math")
    assert "momentum" in page.inner_text("#tip")
    page.hover('[data-kind="xor"]')
    page.wait_for_selector("#tip:popover-open:has-text('no single line')")


def test_activation_curves_have_the_live_points_of_every_unit(server, visitor) -> None:
    page = visitor.open(server.url)
    assert page.locator("#curves figure").count() == 8
    visitor.until("s.picture.z && s.picture.z.length === 8 * 96")
    page.select_option("#curve-layer", "3")
    visitor.until("s.picture.layer === 3 && s.picture.z.length === 3 * 96")
    assert page.locator("#curves figure").count() == 3
    id = visitor.state("network.id")
    z = visitor.page.evaluate(f"""async () => {{
      const rows = glassbox.store.state.dataset.inputs.slice(0, 96);
      const r = await fetch('/api/networks/{id}/activations', {{method: 'POST', body: JSON.stringify({{inputs: rows}}),
        headers: {{'Content-Type': 'application/json'}}}});
      return (await r.json()).output.z;
    }}""")
    ours = np.array(visitor.page.evaluate("Array.from(glassbox.store.state.picture.z)")).reshape(
        3, 96
    )
    np.testing.assert_allclose(ours.T, z, atol=1e-4)


def test_divergence_is_explained_and_offers_a_way_out(server, client, visitor) -> None:
    spec = {"dataset": {"kind": "slope"}, "loss": "mse", "optimizer": {"learning_rate": 1e5},
            "layers": [{"units": 6, "activation": "relu"}]}  # fmt: skip
    id = client.post("/api/networks", json=spec).json()["id"]
    page = visitor.open(f"{server.url}/#network={id}")
    page.click("#play")
    page.wait_for_selector("#banner:has-text('diverged')")
    assert page.is_disabled("#play")
    page.click('#banner [data-action="halveRate"]')
    visitor.until("s.network.spec.optimizer.learning_rate === 50000")
    page.wait_for_selector("#play:not([disabled])")


def test_hovering_the_loss_chart_reads_it(server, visitor) -> None:
    page = visitor.open(server.url)
    page.select_option("#step-kind", "step 100")
    page.click("#step")
    visitor.until("s.frame.step === 100")
    page.hover("#loss-chart", position={"x": 200, "y": 80})
    page.wait_for_selector("#loss-readout:has-text('train loss')")
    assert re.search(r"step \d+: batch [\d.]+", page.inner_text("#loss-readout"))
    page.check("#log-scale")
    assert visitor.state("logScale") is True


@pytest.mark.parametrize(("width", "height"), [(360, 740), (390, 844), (1024, 768), (3840, 2160)])
def test_nothing_overflows_from_a_phone_to_4k(server, browser, width, height) -> None:
    one = Visitor(browser, viewport={"width": width, "height": height})
    page = one.open(server.url)
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0
    box = page.locator("#plane").bounding_box()
    assert box
    assert box["width"] >= 240
    assert box["x"] + box["width"] <= width
    one.context.close()
    assert not one.complaints


def test_the_server_goes_away_and_comes_back(tmp_path: Path, browser: Any) -> None:
    one = Visitor(browser)
    with serve(tmp_path) as first:
        port = first.port
        page = one.open(first.url)
        page.click("#play")
        one.until("s.frame.step > 100")
        id = one.state("network.id")
    page.wait_for_selector("#banner:has-text('The server is away')")
    assert page.is_disabled("#play")
    step = one.state("frame.step")
    with serve(tmp_path, port=port):
        one.until("s.connection === 'live'", 30)
        assert one.state("network.id") == id
        one.until(f"s.frame.state === 'playing' && s.frame.step > {step}", 30)
        one.context.close()


def test_a_server_that_forgot_gets_the_network_from_the_page(tmp_path: Path, browser: Any) -> None:
    one = Visitor(browser)
    with serve(tmp_path / "a") as first:
        port = first.port
        page = one.open(first.url)
        page.select_option("#step-kind", "step 100")
        page.click("#step")
        one.until("s.frame.step === 100")
        before = weights_of(one)
        id = one.state("network.id")
    with serve(tmp_path / "b", port=port):
        one.until(f"s.connection === 'live' && s.network.id !== '{id}' && s.weights", 30)
        page.wait_for_timeout(300)
        np.testing.assert_allclose(weights_of(one), before, rtol=1e-6)
        one.context.close()


def test_names_from_a_table_are_shown_as_text(server, visitor) -> None:
    page = visitor.open(server.url)
    page.on("dialog", lambda dialog: pytest.fail("a script from data ran"))
    rows = "\n".join(
        f"{i},{i * i},{'<img src=x onerror=alert(1)>' if i % 2 else 'ok'}" for i in range(20)
    )
    page.click("#upload")
    page.fill("#upload-text", "<b>a</b>,b,c\n" + rows)
    page.click("#upload-form button[type=submit]")
    visitor.until("s.dataset.view === 'table'")
    page.wait_for_selector("#confusion:has-text('<img src=x')")
    assert page.locator("#confusion img").count() == 0


def test_the_documentation_page_lists_and_tries_every_call(server, browser) -> None:
    one = Visitor(browser)
    one.page.goto(f"{server.url}/docs")
    one.page.wait_for_selector("details")
    assert one.page.locator("details").count() >= 20
    one.page.click("summary:has-text('/healthz')")
    one.page.click("details[open] button:has-text('Try it')")
    one.page.wait_for_selector("details[open] pre:has-text('ok')")
    one.context.close()
    assert not one.complaints
    assert not one.foreign


def test_edits_in_quick_succession_all_count_and_all_come_back(server, visitor) -> None:
    page = visitor.open(server.url)
    before = weights_of(visitor)
    for _ in range(4):
        page.evaluate("document.querySelector('[data-name=\"more 1\"]').click()")
    page.evaluate("document.getElementById('add-layer').click()")
    visitor.until("s.network.spec.layers[0].units === 12 && s.network.spec.layers.length === 4")
    for _ in range(5):
        page.evaluate("glassbox.session.undo()")
    visitor.until(
        "!s.canUndo && s.network.spec.layers[0].units === 8 && s.network.spec.layers.length === 3"
    )
    page.wait_for_timeout(200)
    np.testing.assert_allclose(weights_of(visitor), before, rtol=1e-6)
    assert page.is_hidden("#banner")


def test_the_keyboard_keeps_its_place_and_reaches_check_boxes(server, visitor) -> None:
    page = visitor.open(server.url)
    box = page.get_by_label("x₁²")
    box.focus()
    page.keyboard.press("Space")
    visitor.until("s.network.inputs.includes('x1_squared')")
    assert visitor.state("frame.state") == "paused"
    assert page.evaluate("document.activeElement.dataset.name") == "x1_squared"
    page.focus('[data-name="Learning rate slider"]')
    rate = visitor.state("network.spec.optimizer.learning_rate")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(150)
    visitor.until(f"s.network.spec.optimizer.learning_rate > {rate}")
    assert page.evaluate("document.activeElement.dataset.name") == "Learning rate slider"


def test_no_number_is_cut_off(server, visitor) -> None:
    page = visitor.open(server.url)
    choose(visitor, "Optimizer", "adam")
    visitor.until("s.network.spec.optimizer.kind === 'adam'")
    page.click("#of-numbers")
    page.wait_for_timeout(300)
    cut = page.evaluate(
        "[...document.querySelectorAll('input[type=number]')].filter((e) => e.offsetParent && e.scrollWidth > e.clientWidth)"
        ".map((e) => [e.value, e.scrollWidth, e.clientWidth])"
    )
    assert cut == []


def test_a_link_pasted_into_an_open_page_opens(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click('[data-kind="moons"]')
    visitor.until("s.network.spec.dataset.kind === 'moons'")
    link = page.url
    page.click('[data-kind="rings"]')
    visitor.until("s.network.spec.dataset.kind === 'rings'")
    page.evaluate(f"location.href = {link!r}")
    visitor.until("s.network.spec.dataset.kind === 'moons' && s.frame && s.connection === 'live'")


def test_the_readout_says_what_the_network_says(server, visitor) -> None:
    page = visitor.open(server.url)
    page.hover("#plane", position={"x": 120, "y": 90})
    page.wait_for_selector("#plane-readout:has-text('→ A')")


def test_every_optimizer_has_its_controls_and_trains(server, visitor) -> None:
    page = visitor.open(server.url)
    page.select_option("#step-kind", "step 10")
    kinds = page.evaluate("glassbox.store.state.catalog.optimizers.map((o) => o.name)")
    assert len(kinds) >= 11
    for kind in kinds:
        if kind != visitor.state("network.spec.optimizer.kind"):
            choose(visitor, "Optimizer", kind)
        visitor.until(f"s.network.spec.optimizer.kind === '{kind}'")
        step = visitor.state("frame.step")
        page.click("#step")
        visitor.until(f"s.frame.step === {step + 10} && !s.waiting")
        assert "tip." not in page.inner_text("#settings")
        assert page.locator("#settings input:invalid").count() == 0
    assert page.is_hidden("#banner")


def test_a_bias_is_edited_by_clicking_its_dot(server, visitor) -> None:
    page = visitor.open(server.url)
    place = on_diagram(page, BIAS)
    page.mouse.click(place["x"], place["y"])
    page.fill("#card-number", "-0.5")
    page.press("#card-number", "Enter")
    visitor.until("Math.abs(s.weights[s.network.layout.at(-1).offset + 1] + 0.5) < 1e-6")


def test_undoing_a_point_keeps_the_training_since(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click('#brushes button[aria-label="draw points of class A"]')
    page.click("#plane", position={"x": 100, "y": 100})
    visitor.until("s.network.spec.dataset.points.length === 1")
    page.select_option("#step-kind", "step 100")
    for _ in range(3):
        page.click("#step")
        visitor.until("!s.waiting")
    trained = weights_of(visitor)
    page.click("#undo")
    visitor.until("s.network.spec.dataset.points.length === 0")
    page.wait_for_timeout(200)
    assert weights_of(visitor) == trained


def test_another_network_is_not_touched_by_old_edits(server, client, visitor) -> None:
    other = client.post("/api/networks", json={"dataset": {"kind": "circle"}}).json()["id"]
    client.post(f"/api/networks/{other}/train", json={"epochs": 2})
    page = visitor.open(server.url)
    page.click("#reset")
    visitor.until("s.frame.generation === 1")
    page.click('[data-kind="rings"]')
    visitor.until("s.network.spec.dataset.kind === 'rings'")
    page.evaluate(f"location.hash = 'network={other}'")
    visitor.until(f"s.network.id === '{other}' && s.frame && s.frame.step === 60")
    assert not visitor.state("canUndo")
    assert visitor.state("history.step.length") > 10


def test_a_copied_link_opens_as_it_was_in_the_same_tab(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click('[data-kind="moons"]')
    visitor.until("s.network.spec.dataset.kind === 'moons'")
    link = page.url
    choose(visitor, "Optimizer", "adam")
    visitor.until("s.network.spec.optimizer.kind === 'adam'")
    page.evaluate(f"location.href = {link!r}")
    visitor.until(
        "s.network.spec.optimizer.kind === 'sgd' && s.network.spec.dataset.kind === 'moons'"
    )


def test_quick_strokes_all_count_and_the_right_button_draws_nothing(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click('#brushes button[aria-label="draw points of class B"]')
    for x in (60, 120, 180, 240):
        page.click("#plane", position={"x": x, "y": 60})
    visitor.until("s.network.spec.dataset.points.length === 4")
    page.click("#plane", position={"x": 60, "y": 200}, button="right")
    page.wait_for_timeout(200)
    assert visitor.state("network.spec.dataset.points.length") == 4


def test_values_are_told_as_r_squared_not_as_accuracy(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click('[data-kind="slope"]')
    visitor.until("s.dataset.task === 'regression' && 'r2' in s.frame.metrics")
    page.wait_for_selector("#figures:has-text('R²')")
    assert "accuracy" not in page.inner_text("#figures")


def test_a_network_whose_table_is_gone_does_not_lock_the_tab(server, client, visitor) -> None:
    own = client.post("/api/datasets", json={"csv": "1,2,a\n3,4,b\n5,6,a\n7,8,b"}).json()
    id = client.post("/api/networks", json={"dataset": own["dataset"]}).json()["id"]
    page = visitor.open(f"{server.url}/#network={id}")
    client.delete(f"/api/datasets/own/{own['id']}")
    live = server.networks.live[id]
    live.loaded_in = -2  # as after a restart: its worker has to make it again
    page.goto("about:blank")
    page.goto(server.url)
    page.wait_for_selector("body[data-ready]")
    visitor.until("s.network && s.network.spec.dataset.kind === 'spiral'")
    visitor.complaints.clear()  # the browser logs the refused request


def test_a_network_deleted_elsewhere_is_made_again_and_said(server, client, visitor) -> None:
    page = visitor.open(server.url)
    id = visitor.state("network.id")
    client.delete(f"/api/networks/{id}")
    page.wait_for_selector("#banner:has-text('made again')")
    visitor.until(f"s.network.id !== '{id}' && s.connection === 'live'")


def test_a_weight_is_set_while_it_trains_without_touching_the_others(
    server, client, visitor
) -> None:
    page = visitor.open(server.url)
    page.click("#of-numbers")
    field = page.get_by_label("bias Output 1")
    field.fill("3")
    visitor.complaints.clear()
    with page.expect_request(lambda r: r.method == "PUT") as sent:
        field.press("Enter")
    assert sent.value.post_data_json == {"output.bias": [3, None, None]}


def test_an_answer_that_comes_late_does_not_undo_what_is_known_since(
    server, visitor, client
) -> None:
    page = visitor.open(server.url)
    old = visitor.state("network")
    here = f"/api/networks/{old['id']}"
    late = []

    def slow(route) -> None:
        answer = route.fetch()
        if not late:  # what the first answer says is overtaken while it is on its way
            late.append(answer.json())
            client.patch(here, json={"dataset": {"kind": "moons"}})
            time.sleep(0.3)
        route.fulfill(response=answer)

    page.route(f"**{here}", slow)
    client.patch(here, json={"dataset": {"kind": "circle"}})
    visitor.until("s.dataset.kind === 'moons' && s.network.spec.dataset.kind === 'moons'")
    page.evaluate("(old) => glassbox.session.run.take(old)", late[0])
    assert visitor.state("network.spec.dataset.kind") == "moons"
    visitor.until("s.weights && s.picture")
