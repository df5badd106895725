"""What the tests do on the playground's page."""

from typing import Any

from playwright.sync_api import expect

from .conftest import Visitor


def drawn(page: Any) -> None:
    """Wait for the picture after a change of what the page is shown on: charts follow it."""
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))")


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
          const { arranged } = await import('/static/js/panels/network.js');
          const box = document.getElementById('diagram').getBoundingClientRect();
          const g = arranged(glassbox.session, document.getElementById('diagram-box'), {});
          const found = (() => PLACE)();
          return { ...found, x: box.left + found.x, y: box.top + found.y };
        }""".replace("PLACE", place)
    )


def choose(visitor: Visitor, label: str, value: str) -> None:
    visitor.page.locator("#settings").get_by_label(label, exact=True).select_option(value)


def show_family(visitor: Visitor, kind: str) -> None:
    """The family of data that a kind belongs to."""
    found = f"catalog.datasets.find((d) => d.name === '{kind}').view"
    visitor.page.click(f'[data-family="{visitor.state(found)}"]')


def open_few_layers(server: Any, client: Any, visitor: Visitor) -> Any:
    """A small convolutional network: where there are more layers, a card's settings are behind its dots."""
    few = [{"kind": "conv2d", "filters": 4, "kernel_size": 3}, {"kind": "flatten"}]
    made = client.post("/api/networks", json={"dataset": {"kind": "digits"}, "layers": few}).json()
    visitor.page.goto(f"{server.url}/#network={made['id']}")
    visitor.page.wait_for_selector("#chain canvas[data-drawn]")
    return visitor.page


def open_preset(visitor: Visitor, name: str) -> None:
    kind = visitor.state(f"catalog.presets.find((p) => p.name === '{name}').spec.dataset.kind")
    show_family(visitor, kind)
    visitor.page.click(f'[data-preset="{name}"]')


def choose_data(visitor: Visitor, kind: str) -> None:
    show_family(visitor, kind)
    visitor.page.click(f'[data-kind="{kind}"]')
    visitor.until(f"s.network.spec.dataset.kind === '{kind}' && s.dataset.kind === '{kind}'", 30)


def layers(visitor: Visitor) -> list[dict[str, Any]]:
    return visitor.state("network.spec.layers")


def reads(page: Any, selector: str, text: str) -> None:
    """Wait until the first such element reads just so: what the server has, the page shows a frame later."""
    expect(page.locator(selector).first).to_have_text(text, use_inner_text=True, timeout=15_000)


def says(page: Any, selector: str, part: str) -> None:
    """Wait until the first such element has these words among its own."""
    expect(page.locator(selector).first).to_contain_text(part, use_inner_text=True, timeout=15_000)


def too_small(page: Any) -> list[str]:
    """What is written in less than 12 pixels, of all that is to be seen."""
    return page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())
          && parseFloat(getComputedStyle(e).fontSize) < 12).map((e) => e.outerHTML.slice(0, 100))"""
    )
