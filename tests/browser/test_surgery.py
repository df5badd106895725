"""Units switched off, frozen and swapped on the page, by pointer and by keys, and what each is worth."""

from typing import Any

import numpy as np
import pytest

from .barriers import violations
from .conftest import Visitor
from .page import choose_data, on_diagram, reads, says, weights_of

OFF = "s.network.spec.surgery.off"
UNIT = "{ const n = g.nodes[1][3]; return { x: n.x, y: n.y, size: n.size }; }"


def trained(visitor: Visitor, url: str) -> Any:
    page = visitor.open(url)
    page.select_option("#step-kind", "step 100")
    page.click("#step")
    visitor.until("s.frame.step === 100 && !s.waiting && s.picture && s.picture.probe")
    return page


def on_server(client: Any, visitor: Visitor) -> dict[str, Any]:
    return client.get(f"/api/networks/{visitor.state('network.id')}").json()


def is_the_servers(client: Any, visitor: Visitor) -> bool:
    """Whether the page draws what the server says."""
    url = f"/api/networks/{visitor.state('network.id')}/boundary?resolution=21"
    theirs = np.array(client.get(url).json()["outputs"])
    ours = np.array(visitor.page.evaluate("glassbox.boundary(21)"), float)
    return bool(np.abs(ours - theirs).max() < 1e-4)


def test_a_unit_is_switched_off_by_a_key_and_comes_back_by_undo(server, client, visitor) -> None:
    page = trained(visitor, server.url)
    before, weights = on_server(client, visitor), weights_of(visitor)
    page.focus("#diagram")
    for key in ("ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    unit = visitor.state("hover.unit")
    page.keyboard.press("x")
    visitor.until(f"{OFF}.dense_1?.[0] === {unit}")
    visitor.until("document.getElementById('live').innerText.includes('switched off')")
    says(page, "#hover-card", "a = 0")
    assert on_server(client, visitor)["spec"]["surgery"]["off"] == {"dense_1": [unit]}
    assert on_server(client, visitor)["loss"] != before["loss"]
    assert is_the_servers(client, visitor)
    assert weights_of(visitor) == weights
    page.keyboard.press("f")
    visitor.until(f"s.network.spec.surgery.frozen.dense_1?.[0] === {unit}")
    for _ in range(2):
        page.keyboard.press("Control+z")
    visitor.until("!s.canUndo")
    now = on_server(client, visitor)
    assert now["spec"] == before["spec"]
    assert (now["loss"], now["test_loss"]) == (before["loss"], before["test_loss"])
    assert is_the_servers(client, visitor)
    page.keyboard.press("Control+Shift+z")
    visitor.until(f"{OFF}.dense_1?.[0] === {unit}")


def test_its_key_does_nothing_where_there_is_no_unit_of_the_kind(server, visitor) -> None:
    page = visitor.open(server.url)
    page.focus("#diagram")
    page.keyboard.press("ArrowRight")  # an input
    page.keyboard.press("x")
    page.keyboard.press("ArrowLeft")
    assert visitor.state("network.spec.surgery") == {"off": {}, "frozen": {}}
    assert not visitor.state("canUndo")


def test_the_card_switches_freezes_and_swaps(server, client, visitor) -> None:
    page = trained(visitor, server.url)
    place = on_diagram(page, UNIT)
    page.mouse.click(place["x"], place["y"])
    page.click("#unit-off")
    visitor.until(f"{OFF}.dense_1?.[0] === 3")
    page.wait_for_selector("#unit-off:has-text('Switch on')")
    says(page, "#neuron-card", "switched off: it says 0")
    page.click("#unit-freeze")
    page.wait_for_selector("#unit-freeze:has-text('Unfreeze')")
    assert visitor.state("network.spec.surgery.frozen") == {"dense_1": [3]}
    before = weights_of(visitor)
    page.select_option("#unit-swap", "5")
    visitor.until(f"{OFF}.dense_1?.[0] === 5")
    visitor.until("s.frame.revision === s.network.revision")
    order = [0, 1, 2, 5, 4, 3, 6, 7]
    visitor.until(f"s.weights[3] === {before[5]!r}")
    after = weights_of(visitor)
    assert after[:8] == [before[k] for k in order]
    assert is_the_servers(client, visitor)
    page.keyboard.press("Control+z")
    visitor.until(f"{OFF}.dense_1?.[0] === 3 && s.weights[3] === {before[3]!r}")
    assert weights_of(visitor) == before
    page.click("#unit-off")
    page.wait_for_selector("#unit-off:has-text('Switch off')")
    # While it trains, what is frozen stays.
    page.click("#play")
    visitor.until("s.frame.step > 200")
    page.click("#play")
    visitor.until("s.frame.state === 'paused'")
    found = weights_of(visitor)
    assert [found[3], found[8 + 3], found[16 + 3]] == [before[3], before[8 + 3], before[16 + 3]]
    assert found[2] != before[2]


def test_lines_of_a_unit_that_is_off_are_gone_and_its_map_is_struck_through(
    server, visitor
) -> None:
    page = trained(visitor, server.url)

    def seen() -> dict[str, Any]:
        """Of unit 4 of layer 1: the share of the way from corner to corner that is ink, and what is painted
        just left of it."""
        place = on_diagram(page, UNIT)
        return page.evaluate(
            """([x, y, size]) => {
              const shot = document.createElement('canvas'), canvas = document.getElementById('diagram');
              const box = canvas.getBoundingClientRect(), ratio = canvas.width / box.width, side = Math.round((size + 16) * ratio);
              shot.width = shot.height = side;
              const context = shot.getContext('2d', { willReadFrequently: true });
              context.drawImage(canvas, Math.round((x - box.left) * ratio - side / 2), Math.round((y - box.top) * ratio - side / 2), side, side, 0, 0, side, side);
              const { data } = context.getImageData(0, 0, side, side), at = (i, j) => data.subarray(4 * (j * side + i), 4 * (j * side + i) + 4);
              const half = (size * ratio) / 2, middle = side / 2;
              let ink = 0, all = 0, beside = 0;
              for (let d = -0.8 * half; d <= 0.8 * half; d++, all++) {
                if ([-1, 0, 1].some((k) => { const [r, g, b] = at(Math.round(middle + d + k), Math.round(middle - d)); return r < 90 && g < 90 && b < 90; })) ink++;
              }
              for (let j = Math.round(middle - 4); j < middle + 4; j++) beside += at(Math.round(middle - half - 4 * ratio), j)[3];
              return { ink: ink / all, beside };
            }""",
            list(place.values()),
        )

    page.mouse.move(5, 5)
    before = seen()
    assert before["ink"] < 0.2
    assert before["beside"] > 0
    page.evaluate("glassbox.session.patch({surgery: {off: {dense_1: [3]}}}, 'surgery')")
    visitor.until(f"{OFF}.dense_1")
    page.wait_for_timeout(150)
    after = seen()
    assert after["ink"] > 0.9
    assert after["beside"] == 0


def test_what_each_unit_is_worth_is_the_servers_and_follows_the_training(
    server, client, visitor
) -> None:
    page = trained(visitor, server.url)
    asked: list[str] = []
    page.on(
        "request", lambda r: r.url.endswith("/ablation") and asked.append(page.evaluate("0") or 0)
    )
    assert visitor.state("worth") is None
    page.check("#show-worth")
    visitor.until("s.worth && s.worth.step === 100")
    url = f"/api/networks/{visitor.state('network.id')}"
    found = client.get(f"{url}/ablation").json()
    assert visitor.state("worth") == found
    place = on_diagram(page, UNIT)
    page.mouse.move(place["x"], place["y"])
    page.wait_for_selector("#hover-card:has-text('to the training accuracy')")
    page.mouse.click(place["x"], place["y"])
    page.wait_for_selector("#neuron-card table[data-unit='dense_1.3']")
    text = page.inner_text("#neuron-card table[data-unit]")
    without = found["units"][3]["train"]
    for share in (found["train"]["accuracy"], without["accuracy"], *without["by_class"]):
        assert f"{share * 100:.1f} %" in text
    asked.clear()
    page.click("#play")
    visitor.until("s.worth && s.worth.step > 100")
    page.wait_for_timeout(2500)
    assert 1 <= len(asked) <= 5
    page.click("#play")
    visitor.until("s.frame.state === 'paused' && s.worth.step === s.frame.step")
    page.uncheck("#show-worth")
    page.keyboard.press("Escape")


def test_of_values_the_loss_is_told(server, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "sine")
    page.check("#show-worth")
    visitor.until("s.worth && s.worth.train.accuracy === null")
    place = on_diagram(page, UNIT)
    page.mouse.click(place["x"], place["y"])
    page.wait_for_selector("#neuron-card table[data-unit]")
    says(page, "#neuron-card table[data-unit]", "train loss")


def test_what_each_map_is_worth_is_asked_for_but_not_of_a_text(server, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "digits")
    page.check("#show-worth")
    visitor.until("s.worth?.units.some((one) => one.layer === 'conv2d_2' && one.unit === 15)")
    choose_data(visitor, "zen")
    page.wait_for_selector("#chain:visible")
    assert not page.is_visible("#worth")


def test_a_mark_on_the_loss_chart_says_which_unit(server, visitor) -> None:
    page = trained(visitor, server.url)
    page.evaluate("glassbox.session.patch({surgery: {off: {dense_1: [3]}}}, 'surgery')")
    visitor.until("s.history.marks.length === 1")
    text = page.evaluate("$parts.$js_words.changeText(glassbox.store.state.history.marks[0], 0)")
    assert text == "off in dense 1: none → 4"


def test_a_link_has_it(server, visitor) -> None:
    page = visitor.open(server.url)
    page.evaluate("glassbox.session.patch({surgery: {off: {dense_2: [1]}}}, 'surgery')")
    visitor.until(f"{OFF}.dense_2 && location.hash.length > 3")
    address = page.url
    page.evaluate("sessionStorage.clear()")
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("body[data-ready]")
    assert visitor.state("network.spec.surgery") == {"off": {"dense_2": [1]}, "frozen": {}}


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_cards_and_bars_have_no_barriers(server, browser, locale) -> None:
    one = Visitor(browser, locale=locale)
    page = trained(one, server.url)
    page.check("#show-worth")
    page.evaluate(
        "glassbox.session.patch({surgery: {off: {dense_1: [3]}, frozen: {dense_2: [1]}}}, 'surgery')"
    )
    one.until("s.worth")
    place = on_diagram(page, UNIT)
    page.mouse.click(place["x"], place["y"])
    page.wait_for_selector("#neuron-card table[data-unit]")
    word = {"en-US": "Switch on", "zh-CN": "开启"}[locale]
    reads(page, "#unit-off", word)
    assert violations(page, "#neuron-card") == []
    page.click("#keys")
    assert {"en-US": "X switches it off", "zh-CN": "X 关闭或开启它"}[locale] in page.inner_text(
        "#keys-dialog"
    )
    assert violations(page, "#keys-dialog") == []
    one.context.close()
    server.rest()
    assert not one.complaints
