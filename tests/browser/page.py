"""What the tests do on the playground's page."""

from typing import Any

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


def choose_data(visitor: Visitor, kind: str) -> None:
    visitor.page.click(f'[data-kind="{kind}"]')
    visitor.until(f"s.network.spec.dataset.kind === '{kind}' && s.dataset.kind === '{kind}'", 30)


def layers(visitor: Visitor) -> list[dict[str, Any]]:
    return visitor.state("network.spec.layers")
