"""The tab of gradients: what is drawn of a run is what the API says, by pointer and by keys."""

import re
from itertools import pairwise

import pytest

from .page import choose_data

TAB = "#of-gradients"


def number(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def opened(visitor, server, steps: int = 300) -> str:
    page = visitor.open(server.url)
    page.click(TAB)
    page.wait_for_selector("#gradients .flow canvas")
    page.evaluate("(n) => window.glassbox.session.step({ steps: n })", steps)
    page.wait_for_function(
        "(n) => document.getElementById('tab-gradients').dataset.drawn?.endsWith(` ${n}`)",
        arg=steps,
    )
    return f"/api/networks/{page.evaluate('window.glassbox.session.id')}"


def test_every_layer_has_its_row_and_the_figures_are_the_servers(visitor, server, client) -> None:
    url = opened(visitor, server)
    page = visitor.page
    assert page.locator("#gradients tbody tr").count() == 4
    point = client.get(f"{url}/flow").json()["points"][-1]
    shown = page.inner_text("#flow-readout")
    found = re.findall(r"gradient (\S+), ratio (\S+)", shown)
    assert len(found) == 4
    for (gradient, ratio), norms in zip(found, point["layers"].values(), strict=True):
        assert number(gradient) == pytest.approx(norms["gradient"], abs=6e-4)
        assert number(ratio) == pytest.approx(norms["ratio"], abs=6e-4)
    label = page.get_attribute(
        "#gradients tr[data-layer=dense_1] canvas[data-what=weights]", "aria-label"
    )
    spread = client.get(f"{url}/flow", params={"bins": 8}).json()["spreads"]["dense_1"]["weights"]
    assert number(re.findall(r"mean (\S+),", label)[0]) == pytest.approx(spread["mean"], abs=6e-4)


def test_a_step_is_read_by_keys_and_by_pointer(visitor, server) -> None:
    opened(visitor, server)
    page = visitor.page
    now = page.inner_text("#flow-readout")
    page.focus("#gradients .flow-box")
    page.keyboard.press("Home")
    page.wait_for_function(
        "() => document.getElementById('flow-readout').textContent.startsWith('step 0:')"
    )
    page.keyboard.press("End")
    page.wait_for_function(
        "(was) => document.getElementById('flow-readout').textContent === was", arg=now
    )
    page.hover("#gradients canvas.strip", position={"x": 40, "y": 10})
    page.wait_for_function(
        "(was) => document.getElementById('flow-readout').textContent !== was", arg=now
    )


def test_it_follows_the_training_and_a_new_run_begins_anew(visitor, server) -> None:
    opened(visitor, server)
    page = visitor.page
    before = page.get_attribute("#tab-gradients", "data-drawn")
    page.click("#play")
    page.wait_for_function(
        "(was) => document.getElementById('tab-gradients').dataset.drawn !== was", arg=before
    )
    page.click("#play")
    page.click("#reset")
    page.wait_for_function("() => document.getElementById('tab-gradients').dataset.drawn === '1 0'")


def test_what_it_asks_for_is_a_small_part_of_the_time(visitor, server) -> None:
    opened(visitor, server)
    page = visitor.page
    page.evaluate("window.glassbox.session.setSpeed(14)")
    page.evaluate("window.glassbox.session.toggle()")
    page.wait_for_function("() => window.glassbox.store.state.frame.state === 'playing'")
    asked = page.evaluate("performance.getEntriesByType('resource').length")
    page.wait_for_function(
        """(from) => performance.getEntriesByType('resource').slice(from).filter((one) => one.name.includes('/flow')).length >= 4""",
        arg=asked,
    )
    found = page.evaluate(
        """(from) => performance.getEntriesByType('resource').slice(from).filter((one) => one.name.includes('/flow')).map((one) => one.startTime)""",
        asked,
    )
    gaps = [later - earlier for earlier, later in pairwise(found[1:])]
    assert min(gaps) > 300, gaps


@pytest.mark.parametrize("kind", ["digits", "sunspots", "zen", "breast_cancer"])
def test_every_kind_of_network_has_its_rows(visitor, server, kind) -> None:
    page = visitor.open(server.url)
    page.click(TAB)
    choose_data(visitor, kind)
    page.evaluate("window.glassbox.session.step({ steps: 3 })")
    page.wait_for_function(
        "() => document.getElementById('tab-gradients').dataset.drawn?.endsWith(' 3')"
    )
    rows = page.evaluate(
        "[...document.querySelectorAll('#gradients tbody tr')].map((row) => row.dataset.layer)"
    )
    names = page.evaluate("window.glassbox.store.state.network.layers.map((layer) => layer.name)")
    assert rows == names
