"""Reading the maps of an image network number by number, by pointer and by keys, held to what the server says."""

from typing import Any

import numpy as np
import pytest

from .barriers import violations
from .conftest import Visitor
from .page import choose_data, reads, says

CONV, MAX, MEAN = "conv2d", "max_pool2d", "avg_pool2d"
STACKS: dict[str, list[dict[str, Any]]] = {
    "strides and an odd padding": [
        {"kind": CONV, "filters": 3, "kernel_size": 4, "strides": 2, "padding": "same"},
        {"kind": MAX, "pool_size": 3, "strides": 2, "padding": "same"},
        {"kind": "flatten"},
    ],
    "dilation and groups": [
        {"kind": CONV, "filters": 4, "kernel_size": 2, "activation": "tanh"},
        {"kind": CONV, "filters": 8, "kernel_size": 3, "dilation_rate": 2, "groups": 2, "padding": "same", "strides": 2},
        {"kind": MEAN, "pool_size": 3, "padding": "same"},
        {"kind": "global_avg_pool2d"},
        {"kind": "dense", "units": 5},
    ],
    "every channel by itself": [
        {"kind": CONV, "filters": 2, "kernel_size": 3, "padding": "same"},
        {"kind": "batch_norm"},
        {"kind": CONV, "filters": 4, "kernel_size": 1, "groups": 2},
        {"kind": MEAN, "pool_size": 2, "strides": 1},
        {"kind": "flatten"},
    ],
}  # fmt: skip

# Every number of every layer as the page makes it: its z where it has one, else what leaves it.
MADE = """async () => {
  const { madeOf } = await import('/static/js/model/cells.js');
  const { network, dataset, look, weights } = glassbox.store.state;
  let into = { shape: dataset.shape, values: dataset.test_inputs[0].flat(Infinity) };
  const found = {};
  network.layers.forEach((layer, l) => {
    const count = layer.shape.reduce((a, b) => a * b, 1);
    found[layer.name] = Array.from({ length: count }, (_, place) => {
      const made = madeOf(network, l, place, into, weights);
      return made.of === 'sum' || made.of === 'terms' ? made.z : made.of === 'same' ? made.x : made.a;
    });
    into = { shape: layer.shape, values: look.layers[layer.name].a };
  });
  return found;
}"""


def opened(visitor: Visitor, server: Any, client: Any, stack: list[dict[str, Any]]) -> str:
    made = client.post("/api/networks", json={"dataset": {"kind": "digits"}, "layers": stack})
    assert made.status_code == 201, made.text
    id = made.json()["id"]
    visitor.page.goto(f"{server.url}/#network={id}")
    visitor.page.wait_for_selector("body[data-ready]")
    visitor.until("s.look && s.weights")
    return f"/api/networks/{id}"


@pytest.mark.parametrize("name", STACKS)
def test_every_number_is_made_as_the_server_makes_it(server, client, visitor, name) -> None:
    url = opened(visitor, server, client, STACKS[name])
    client.post(f"{url}/train", json={"steps": 3})
    visitor.until("s.frame.step === 3 && s.look?.step === 3")
    ours = visitor.page.evaluate(MADE)
    theirs = client.post(f"{url}/activations", json={"part": "test", "samples": [0]}).json()
    for layer, told in theirs.items():
        kind = layer.rsplit("_", 1)[0]
        if kind == "batch_norm":
            continue  # the page says what came in, not how it was scaled
        expected = np.array(told.get("z", told["a"])[0]).ravel()
        assert np.allclose(ours[layer], expected, atol=1e-4), layer


def place_of(visitor: Visitor, layer: int, place: int) -> dict[str, float]:
    """Where a number lies on the screen."""
    return visitor.page.evaluate(
        """async ([l, place]) => {
          const { boxAt } = await import('/static/js/charts/maps.js');
          const canvas = document.querySelector(`#chain canvas[data-layer="${l}"]`), box = canvas.getBoundingClientRect();
          const at = boxAt(glassbox.store.state.network.layers[l].shape, box.width, box.height, place);
          return { x: box.left + at.x + at.width / 2, y: box.top + at.y + at.height / 2 };
        }""",
        [layer, place],
    )


def point_at(visitor: Visitor, layer: int, place: int) -> None:
    at = place_of(visitor, layer, place)
    visitor.page.mouse.move(at["x"] + 1, at["y"])
    visitor.page.mouse.move(at["x"], at["y"])
    visitor.page.wait_for_selector("#hover-card:not([hidden]) .line")


def digits(visitor: Visitor, server: Any, steps: int = 0) -> str:
    visitor.open(server.url)
    choose_data(visitor, "digits")
    visitor.until("s.look && s.weights")
    if steps:
        visitor.page.evaluate(f"glassbox.session.step({{ steps: {steps} }})")
        visitor.until(f"s.frame?.step === {steps} && s.look?.step === {steps} && !s.waiting")
    return f"/api/networks/{visitor.state('network.id')}"


def numbers(text: str) -> list[float]:
    return [float(v.replace("−", "-")) for v in text.split()]


def test_a_number_of_a_map_shows_window_kernel_and_products(server, client, visitor) -> None:
    url = digits(visitor, server, 60)
    page = visitor.page
    row, column, filter = 3, 4, 5
    point_at(visitor, 0, (row * 8 + column) * 8 + filter)
    reads(page, "#hover-card .title", "layer 1 · filter 6 · row 4, column 5")
    sample = np.array(client.get(f"{url}/dataset").json()["test_inputs"][0])[..., 0]
    kernel = np.array(client.get(f"{url}/weights").json()["conv2d_1.weight"])[:, :, 0, filter]
    window = np.pad(sample, 1)[row : row + 3, column : column + 3]
    shown = [numbers(page.inner_text(f"#hover-card .kernel >> nth={i}")) for i in range(3)]
    for ours, theirs in zip(shown, (window, kernel, window * kernel), strict=True):
        assert np.allclose(ours, theirs.ravel(), atol=6e-3)
    told = client.post(f"{url}/activations", json={"part": "test", "samples": [0]}).json()
    z, a = (told["conv2d_1"][k][0][row][column][filter] for k in "za")
    lines = page.locator("#hover-card .line b").all_inner_texts()
    assert np.allclose([numbers(line)[0] for line in lines], [z, a], atol=6e-3)
    page.mouse.move(2, 2)
    page.wait_for_function("() => document.getElementById('hover-card').hidden")


def test_of_many_channels_the_others_are_summed(server, client, visitor) -> None:
    url = digits(visitor, server, 20)
    page = visitor.page
    point_at(visitor, 2, (1 * 4 + 2) * 16 + 3)
    parts = page.inner_text("#hover-card").split("z = Σ x·w + b = ")[1].split("\n")[0]
    terms, total = parts.split(" = ")
    added = sum(float(v.strip("()").replace("−", "-")) for v in terms.split(" + "))
    z = client.post(f"{url}/activations", json={"part": "test", "samples": [0]}).json()
    assert added == pytest.approx(z["conv2d_2"]["z"][0][1][2][3], abs=0.03)
    assert float(total.replace("−", "-")) == pytest.approx(added, abs=0.03)
    says(page, "#hover-card", "6 more channels")


def test_a_pooled_number_shows_its_window_and_which_one_won(server, client, visitor) -> None:
    url = digits(visitor, server, 20)
    page = visitor.page
    point_at(visitor, 1, (1 * 4 + 2) * 8 + 1)
    told = client.post(f"{url}/activations", json={"part": "test", "samples": [0]}).json()
    window = np.array(told["conv2d_1"]["a"][0])[2:4, 4:6, 1]
    assert np.allclose(numbers(page.inner_text("#hover-card .kernel")), window.ravel(), atol=6e-3)
    won = numbers(page.inner_text("#hover-card .kernel .chosen"))[0]
    assert won == pytest.approx(window.max(), abs=6e-3)
    says(page, "#hover-card", "gradient goes back to that cell")
    # Laid flat it is the number that it was on its map.
    point_at(visitor, 4, (1 * 2 + 0) * 16 + 6)
    says(page, "#hover-card", "map 7 · row 2, column 1")
    point_at(visitor, 5, 2)
    says(page, "#hover-card", "What adds most")
    z = told["output"]["z"][0][2]
    assert numbers(page.inner_text("#hover-card .line b >> nth=0"))[0] == pytest.approx(z, abs=0.01)


def test_what_is_shown_under_a_resting_pointer_follows_the_training_and_adds_up(
    server, visitor
) -> None:
    digits(visitor, server)
    page = visitor.page
    point_at(visitor, 0, (3 * 8 + 4) * 8 + 5)
    page.click("#of-numbers")
    point_at(visitor, 0, (3 * 8 + 4) * 8 + 5)
    page.keyboard.press("Space")
    seen: set[str] = set()
    for _ in range(40):
        step, z, gone = page.evaluate(
            """() => { const card = document.getElementById('hover-card'), text = card.innerText;
              return [/step (\\d+)/.exec(text)?.[1], /Σ x·w \\+ b = (.*)/.exec(text)?.[1], card.hidden]; }"""
        )
        assert not gone
        terms, total = z.split(" = ")
        added = sum(float(v.strip("()").replace("−", "-")) for v in terms.split(" + "))
        assert float(total.replace("−", "-")) == pytest.approx(added, abs=0.016)
        seen.add(step)
        page.wait_for_timeout(40)
        if len(seen) > 6:
            break
    assert len(seen) > 6


def test_a_click_pins_and_the_card_switches_a_filter_off_and_on(server, client, visitor) -> None:
    url = digits(visitor, server, 40)
    page = visitor.page
    before = client.get(url).json()
    at = place_of(visitor, 0, (3 * 8 + 4) * 8 + 5)
    page.mouse.click(at["x"], at["y"])
    page.wait_for_selector("#cell-card .without table")
    page.wait_for_selector("#cell-card .excited canvas")
    told = client.get(f"{url}/excites", params={"layer": "conv2d_1", "unit": 5}).json()
    shown = page.locator("#cell-card figcaption b").all_inner_texts()
    assert [float(v) for v in shown] == pytest.approx([one["value"] for one in told["most"]], abs=6e-3)  # fmt: skip
    worth = client.get(f"{url}/ablation", params={"layer": "conv2d_1"}).json()
    without = next(one for one in worth["units"] if one["unit"] == 5)["train"]["accuracy"]
    row = page.locator("#cell-card .without .total td").all_inner_texts()
    assert row == [f"{v * 100:.1f} %" for v in (worth["train"]["accuracy"], without)]
    page.click("#unit-off")
    visitor.until("s.network.spec.surgery.off.conv2d_1?.[0] === 5")
    page.wait_for_selector("#cell-card:has-text('switched off')")
    assert client.get(url).json()["loss"] != before["loss"]
    page.keyboard.press("Escape")
    page.wait_for_selector("#cell-card", state="hidden")
    page.keyboard.press("Control+z")
    visitor.until("!s.network.spec.surgery.off.conv2d_1")
    assert client.get(url).json()["loss"] == before["loss"]
    # On plane data the very same buttons are in the unit's own card.
    choose_data(visitor, "moons")
    assert page.locator("#unit-off").count() == 1


def test_by_keys_from_cell_to_cell_from_map_to_map_and_from_layer_to_layer(
    server, client, visitor
) -> None:
    digits(visitor, server, 20)
    page = visitor.page
    page.focus("#chain [data-name='details 1']")
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.dataset.layer") != "0":
        page.keyboard.press("Tab")

    def heard(key: str, what: str) -> None:
        page.keyboard.press(key)
        page.wait_for_function(
            "(what) => document.getElementById('live').innerText.startsWith(what)", arg=what
        )

    page.wait_for_function("() => /step 20/.test(document.getElementById('live').innerText)")
    page.wait_for_selector("#hover-card .title")

    heard("ArrowRight", "layer 1 · filter 1 · row 1, column 2: window times")
    heard("ArrowDown", "layer 1 · filter 1 · row 2, column 2")
    page.wait_for_selector("#hover-card .title:has-text('layer 1 · filter 1 · row 2, column 2')")
    heard("Shift+ArrowDown", "layer 1 · filter 2 · row 2, column 2")
    heard("ArrowLeft", "layer 1 · filter 2 · row 2, column 1")
    heard("ArrowLeft", "layer 1 · filter 1 · row 2, column 8")
    heard("PageDown", "layer 2 · map 1 · row 1, column 1")
    heard("PageUp", "layer 1 · filter 1 · row 1, column 1")
    step = visitor.state("frame.step")
    page.keyboard.press("f")
    visitor.until("s.network.spec.surgery.frozen.conv2d_1?.[0] === 0")
    page.keyboard.press("x")
    visitor.until("s.network.spec.surgery.off.conv2d_1?.[0] === 0")
    page.wait_for_function("() => /switched off/.test(document.getElementById('live').innerText)")
    page.keyboard.press("Enter")
    page.wait_for_selector("#cell-card:not([hidden])")
    assert visitor.state("pinned") == {"layer": 0, "unit": 0, "cell": 0}
    assert visitor.state("frame.step") == step, "arrows on a map make no step"


def test_keys_that_come_before_the_script_wait_for_it(server, client, visitor) -> None:
    digits(visitor, server, 20)
    page, step = visitor.page, visitor.state("frame.step")
    held: list[Any] = []
    script = page.evaluate("JSON.parse(document.documentElement.dataset.assets)['js/panels/cells.js']")  # fmt: skip
    page.route(f"**{script}", lambda route: held.append(route))  # noqa: PLW0108
    page.focus('#chain canvas[data-layer="0"]')
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(200)
    assert held
    for route in held:
        route.continue_()
    page.wait_for_selector("#hover-card .title:has-text('row 2, column 2')")
    assert visitor.state("frame.step") == step  # an arrow steps, anywhere else


def test_the_unit_of_a_sequence_network_is_pinned_and_operated_on(server, client, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "waveforms")
    visitor.until("s.look && s.weights")
    layer = visitor.until("s.network.layers.findIndex((l) => l.operable) + 1") - 1
    at = place_of(visitor, layer, 0)
    page.mouse.click(at["x"], at["y"])
    page.wait_for_selector("#cell-card #unit-off")
    page.click("#unit-off")
    visitor.until(f"s.network.spec.surgery.off[s.network.layers[{layer}].name]?.[0] === 0")


@pytest.mark.parametrize(("locale", "width"), [("en-US", 1440), ("zh-CN", 390)])
def test_cards_have_no_barriers(server, client, browser, locale, width) -> None:
    one = Visitor(browser, locale=locale, viewport={"width": width, "height": 844})
    url = opened(one, server, client, STACKS["strides and an odd padding"])
    client.post(f"{url}/train", json={"steps": 5})
    one.page.wait_for_selector("#chain canvas[data-drawn]")
    canvas = one.page.locator("#chain canvas[data-layer='0']")
    canvas.scroll_into_view_if_needed()
    canvas.click(position={"x": 30, "y": 30})
    one.page.wait_for_selector("#cell-card .without table")
    assert violations(one.page, "#cell-card") == []
    one.page.keyboard.press("Escape")
    one.page.check("#show-worth")
    one.until("s.worth")
    assert violations(one.page, "#network") == []
    assert not one.complaints
    one.context.close()
