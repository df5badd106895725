"""Everything stands where it can be seen: columns, units, cards, what is written."""

import itertools
from typing import Any

import pytest
from playwright.sync_api import Browser

from .conftest import Visitor
from .page import choose_data

GEOMETRY = """async () => {
  const { arranged } = await import('/static/js/panels/network.js');
  const box = document.getElementById('diagram-box');
  const g = arranged(glassbox.session, box, {});
  return { nodes: g.nodes, more: g.more, wide: g.width, room: box.clientWidth,
           tall: box.clientHeight };
}"""


def with_layers(server: Any, client: Any, *units: int) -> str:
    layers = [{"kind": "dense", "units": n} for n in units]
    made = client.post("/api/networks", json={"layers": layers}).json()
    return f"{server.url}/#network={made['id']}"


def overlaps(nodes: list[list[dict[str, float]]]) -> list[Any]:
    """Pairs of units that lie over each other."""
    every = [node for column in nodes for node in column]
    return [
        (a, b)
        for i, a in enumerate(every)
        for b in every[:i]
        if abs(a["x"] - b["x"]) < (a["size"] + b["size"]) / 2
        and abs(a["y"] - b["y"]) < (a["size"] + b["size"]) / 2
    ]


def test_six_layers_stand_on_the_stage_whole(visitor: Visitor, server, client) -> None:
    page = visitor.open(with_layers(server, client, *[8] * 6))
    found = page.evaluate(GEOMETRY)
    assert found["wide"] == found["room"]
    assert len(found["nodes"]) == 8
    assert all(len(column) == 8 for column in found["nodes"][1:-1])
    assert min(node["size"] for column in found["nodes"] for node in column) >= 24
    assert not overlaps(found["nodes"])
    # Their cards stand beside each other too, all of them on the stage.
    cards = page.eval_on_selector_all(
        "#columns .column", "(all) => all.map((e) => e.getBoundingClientRect().toJSON())"
    )
    assert all(a["right"] <= b["left"] + 1 for a, b in itertools.pairwise(cards))
    stage = page.locator("#diagram-box").bounding_box()
    assert stage
    assert cards[-1]["right"] <= stage["x"] + stage["width"]
    # What a narrow card has no room for is behind its dots.
    page.click('[data-name="details 2"]')
    assert page.locator("#layer-card").get_by_label("Units").first.is_visible()


def test_the_first_network_stands_on_a_phone_whole(browser: Browser, server) -> None:
    phone = Visitor(browser, viewport={"width": 390, "height": 844})
    found = phone.open(server.url).evaluate(GEOMETRY)
    assert found["wide"] == found["room"] < 390
    assert not overlaps(found["nodes"])
    phone.context.close()
    assert not phone.complaints


def test_what_is_cut_is_counted_and_reached(visitor: Visitor, server, client) -> None:
    page = visitor.open(with_layers(server, client, *[4] * 12))
    more = page.locator("#columns-after")
    more.wait_for()
    before = int(more.inner_text().split()[0])
    assert before >= 1
    assert "linear-gradient" in page.eval_on_selector(
        "#diagram-box", "(e) => getComputedStyle(e).maskImage"
    )
    more.click()
    page.wait_for_selector("#columns-before:not([hidden])")
    assert more.is_hidden() or int(more.inner_text().split()[0]) < before
    page.click("#columns-before")
    page.wait_for_selector("#columns-before", state="hidden")
    # Arrow keys bring with them what they lead to.
    page.focus("#diagram")
    for _ in range(14):
        page.keyboard.press("ArrowRight")
    assert visitor.state("hover.layer") == 12
    page.wait_for_selector("#columns-after", state="hidden")


@pytest.mark.parametrize("drawer", [420, 900])
def test_a_raised_drawer_leaves_a_network_to_read(visitor: Visitor, server, drawer) -> None:
    visitor.page.add_init_script(f"localStorage.setItem('glassbox-drawer', '{drawer}')")
    page = visitor.open(server.url)
    assert int(page.get_attribute("#grip", "aria-valuenow") or 0) >= 420
    found = page.evaluate(GEOMETRY)
    hidden = sum(more["hidden"] for more in found["more"])
    assert found["tall"] >= 200
    assert sum(map(len, found["nodes"])) + hidden == 2 + 8 + 8 + 8 + 3
    assert hidden > 0
    assert not overlaps(found["nodes"])
    for column in found["nodes"]:
        assert len({node["x"] for node in column}) == 1
        assert max(node["y"] + node["size"] / 2 for node in column) <= found["tall"]
    assert all(more["y"] + 6 <= found["tall"] for more in found["more"])


def test_pictures_grow_with_the_stage(browser: Browser, server) -> None:
    shares = {}
    for size in ((1440, 900), (3840, 2160)):
        large = Visitor(browser, viewport={"width": size[0], "height": size[1]})
        large.open(server.url)
        choose_data(large, "digits")
        large.page.wait_for_selector("#chain canvas[data-drawn]")
        tall = large.page.locator("#chain canvas").first.bounding_box()
        stage = large.page.locator("#diagram-box").bounding_box()
        assert tall
        assert stage
        shares[size[0]] = tall["height"] / stage["height"]
        type_px = large.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
        assert type_px == pytest.approx(14 if size[0] == 1440 else 15.75, abs=0.1)
        large.context.close()
        assert not large.complaints
    assert shares[1440] > 0.4
    assert shares[3840] > 0.5


def test_a_lines_card_covers_neither_of_its_units(visitor: Visitor, server, client) -> None:
    page = visitor.open(with_layers(server, client, *[8] * 6))
    found = page.evaluate(GEOMETRY)
    stage = page.locator("#diagram").bounding_box()
    assert stage
    for c in range(len(found["nodes"]) - 1):
        a, b = found["nodes"][c][0], found["nodes"][c + 1][0]
        # Close to the line's beginning, where no other runs.
        page.mouse.move(stage["x"] + a["x"] + a["size"] / 2 + 2, stage["y"] + a["y"], steps=2)
        page.wait_for_selector("#hover-card:not([hidden])")
        place = visitor.state("hover")
        assert place["from"] == a["unit"]
        b = found["nodes"][c + 1][place["unit"]]
        card = page.locator("#hover-card").bounding_box()
        assert card
        assert card["width"] <= 340
        for unit in (a, b):
            left, top = stage["x"] + unit["x"] - unit["size"] / 2, stage["y"] + unit["y"] - unit["size"] / 2  # fmt: skip
            assert (
                card["x"] + card["width"] <= left
                or card["x"] >= left + unit["size"]
                or card["y"] + card["height"] <= top
                or card["y"] >= top + unit["size"]
            )


def test_a_popover_opens_without_a_tooltip_over_it(visitor: Visitor, server) -> None:
    page = visitor.open(server.url)
    page.focus('[data-name="details 1"]')
    page.keyboard.press("Enter")
    page.wait_for_selector("#layer-card:popover-open")
    assert page.evaluate("document.activeElement.closest('#layer-card') !== null")
    page.wait_for_timeout(1000)
    assert not page.locator("#tip").is_visible()
    # A key that leads to a field has it explained: beside the popover.
    for _ in range(8):
        page.keyboard.press("Tab")
        page.wait_for_timeout(800)
        if page.locator("#tip").is_visible():
            break
    tip, card = page.locator("#tip").bounding_box(), page.locator("#layer-card").bounding_box()
    assert tip
    assert card
    assert tip["x"] >= card["x"] + card["width"] or tip["x"] + tip["width"] <= card["x"]


@pytest.mark.parametrize("size", [(1280, 720), (1440, 900)])
def test_what_is_written_is_in_sight(browser: Browser, server, size) -> None:
    visitor = Visitor(browser, viewport={"width": size[0], "height": size[1]})
    page = visitor.open(server.url)
    choose_data(visitor, "zen")
    paper, column = page.locator("#written"), page.locator("#output").bounding_box()
    paper.wait_for()
    box = paper.bounding_box()
    assert box
    assert column
    assert column["y"] < box["y"]
    assert box["y"] + box["height"] < column["y"] + column["height"]
    assert page.locator("#output").get_attribute("data-below") is not None
    visitor.context.close()
    assert not visitor.complaints


def test_the_backprop_tabs_way_on_is_whole(browser: Browser, server) -> None:
    visitor = Visitor(browser, viewport={"width": 1280, "height": 720})
    page = visitor.open(server.url)
    page.click("#tab-of-backprop, [role=tab][aria-controls=tab-backprop]")
    page.wait_for_selector("#tab-backprop footer .primary")
    panel = page.locator("#panels").bounding_box()
    assert panel
    for button in page.locator("#tab-backprop :is(header, footer) button").all():
        box = button.bounding_box()
        if box:
            assert box["x"] + box["width"] <= panel["x"] + panel["width"] + 0.5
            assert button.evaluate("(e) => e.scrollWidth <= e.clientWidth + 1")
    visitor.context.close()
    assert not visitor.complaints


def test_axes_have_room_for_large_type(visitor: Visitor, server) -> None:
    page = visitor.open(server.url)
    page.keyboard.press("p")
    size, below, beside = page.evaluate(
        """async () => {
          const { chartSize } = await import('/static/js/canvas.js');
          const { areaOf } = await import('/static/js/charts/plane.js');
          const area = areaOf(500, 500);
          return [chartSize(), 500 - area.height, area.left];
        }"""
    )
    # Figures and a name below each other, four signs beside.
    assert size == 18
    assert below >= 2 * size + 12
    assert beside >= 3 * size
    pixels = page.locator("#plane-pixels").bounding_box()
    plane = page.locator("#plane").bounding_box()
    assert pixels
    assert plane
    assert plane["height"] - pixels["height"] == pytest.approx(below, abs=1)


def test_one_screen_does_not_scroll(server, visitor) -> None:
    page = visitor.open(server.url)
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") == 0
