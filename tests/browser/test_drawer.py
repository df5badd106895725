"""The drawer: a height for each tab, curves with figures on their axes, and what a column has no room for."""

import re
from math import tanh
from typing import Any

import pytest

from .conftest import Visitor
from .page import reads

MORE = """async (first) => {
  const { arranged } = await import('/static/js/panels/network.js');
  const box = document.getElementById('diagram').getBoundingClientRect();
  const [found] = arranged(glassbox.session, document.getElementById('diagram-box'), first).more;
  return { x: box.left + found.x, y: box.top + found.y, hidden: found.hidden, next: found.next, layer: found.layer };
}"""


def height(page: Any) -> int:
    return int(page.get_attribute("#grip", "aria-valuenow"))


def test_a_tab_asks_for_its_height_once_and_keeps_what_it_is_given(server, visitor) -> None:
    page = visitor.open(server.url)
    usual = height(page)
    assert usual == 225
    page.click("#of-backprop")
    assert height(page) == 405
    page.click("#of-gradients")
    assert height(page) == usual
    page.click("#of-backprop")
    page.focus("#grip")
    page.keyboard.press("ArrowDown")
    page.click("#of-activations")
    assert height(page) == usual
    page.focus("#grip")
    page.keyboard.press("ArrowUp")
    page.click("#of-backprop")
    assert height(page) == 405 - 24
    page = visitor.open(server.url)
    assert height(page) == usual + 24
    page.click("#of-backprop")
    assert height(page) == 405 - 24


def test_a_curve_is_read_by_pointer_and_by_keys(server, visitor) -> None:
    page = visitor.open(server.url)
    visitor.until("s.picture && s.picture.z")
    legend = page.inner_text(".curve-head span >> nth=2")
    box = page.locator("#curves canvas").nth(2).bounding_box()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 30)
    page.wait_for_selector("#curve-readout:visible")
    said = re.fullmatch(r"unit 3: z = (\S+), f\(z\) = (\S+), f′\(z\) = (\S+)", page.inner_text("#curve-readout"))  # fmt: skip
    z, a, slope = (float(one.replace("−", "-")) for one in said.groups())
    assert z > 0
    assert a == pytest.approx(tanh(z), abs=1e-3)
    assert slope == pytest.approx(1 - tanh(z) ** 2, abs=1e-3)
    page.mouse.move(5, 400)
    page.wait_for_selector("#curve-readout", state="hidden")
    reads(page, ".curve-head span >> nth=2", legend)
    page.focus("#curves canvas")
    for key in ("ArrowRight", "Shift+ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    assert page.inner_text("#curve-readout").startswith("unit 2: z = 1.10, f(z) = 0.800")
    page.wait_for_selector("#curves figure:nth-child(2) canvas[aria-valuenow='1.1']")
    assert page.evaluate("document.activeElement.parentElement.querySelector('span').textContent") == "unit 2"  # fmt: skip
    # A softmax couples its units: there is nothing of one z to point at.
    page.select_option("#curve-layer", "3")
    page.wait_for_selector("#curves canvas[role=img]")


@pytest.mark.parametrize("way", ["mouse", "touch", "keys"])
def test_what_a_column_has_no_room_for_comes_when_it_is_asked_for(
    server, client, browser, way: str
) -> None:
    one = Visitor(browser, viewport={"width": 1200, "height": 760}, has_touch=way == "touch")
    made = client.post("/api/networks", json={"layers": [{"kind": "dense", "units": 40}]}).json()
    page = one.open(f"{server.url}/#network={made['id']}")
    more = page.evaluate(MORE, {})
    assert more["layer"] == 0
    assert more["hidden"] > 0
    if way == "keys":
        page.focus("#diagram")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        while one.state("hover.unit") < more["next"] - 1:
            page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert one.state("hover") == {"layer": 0, "unit": more["next"]}
    else:
        act = page.mouse.click if way == "mouse" else page.touchscreen.tap
        act(more["x"], more["y"])
        # Where the first unit of the column stood there is another one now.
        node = page.evaluate(
            """async (first) => {
              const { arranged } = await import('/static/js/panels/network.js');
              const box = document.getElementById('diagram').getBoundingClientRect();
              const [node] = arranged(glassbox.session, document.getElementById('diagram-box'), first).nodes[1];
              return { x: box.left + node.x, y: box.top + node.y, unit: node.unit };
            }""",
            {"1": more["next"]},
        )
        act(node["x"], node["y"])
        assert one.until("s.pinned && s.pinned.unit + 1") == node["unit"] + 1
        assert node["unit"] > 0
    assert not one.complaints
    one.context.close()
