"""The page of activation functions: what it shows, by pointer and by keys, held to Python's own figures."""

import json
import re
from math import exp, isclose, tanh
from typing import Any

import numpy as np
import pytest

from engine.activations import ACTIVATIONS

from .conftest import Visitor
from .page import drawn, reads, says, too_small

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")

WIDTHS = (390, 768, 1100, 1440, 1920)


def number(text: str) -> float:
    """ "−3.48 × 10⁻⁷" as a number."""
    text = text.replace("−", "-").strip()
    lead, _, power = text.partition(" × 10")
    return float(f"{lead}e{power.translate(RAISED)}" if power else lead)


def value(name: str, z: float) -> float:
    return float(ACTIVATIONS[name].value(np.array([z], np.float64))[0])


def slope(name: str, z: float) -> float:
    at = np.array([z], np.float64)
    return float(ACTIVATIONS[name].slope(at, ACTIVATIONS[name].value(at))[0])


def opened(visitor: Visitor, url: str, fragment: str = "") -> Any:
    page = visitor.page
    page.goto("about:blank")
    page.goto(f"{url}/activations{fragment}")
    page.wait_for_selector("body[data-ready]")
    return page


def table(page: Any) -> dict[str, list[float]]:
    rows = page.evaluate(
        "[...document.querySelectorAll('#values tbody tr')].map((r) => [r.dataset.of, ...[...r.querySelectorAll('td')].map((d) => d.textContent)])"
    )
    return {name: [number(text) for text in found] for name, *found in rows}


def line(page: Any, what: str) -> str:
    """What a line of the neuron's numbers comes to: its text after the last equals sign."""
    return page.locator(f'[data-of="{what}"] strong').inner_text().replace("=", "").strip()


def result(page: Any, what: str) -> float:
    text = re.sub(r"\s", "", line(page, what))
    lead, _, power = text.partition("·10")
    return number(lead) * 10 ** (number(power) if power else 0)


def test_any_functions_are_compared_at_one_z(server, visitor) -> None:
    page = opened(visitor, server.url)
    assert list(table(page)) == ["sigmoid", "tanh", "relu"]
    page.click('.chip[data-of="relu"]')
    page.focus('.chip[data-of="gelu"]')
    page.keyboard.press("Enter")
    page.check("#mish input[type=checkbox]")
    assert list(table(page)) == ["sigmoid", "tanh", "gelu", "mish"]
    assert page.get_attribute('.chip[data-of="mish"]', "aria-pressed") == "true"
    page.focus("#overlay")
    page.keyboard.press("Home")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("#overlay[aria-valuenow='-4.1']")
    found = table(page)
    for name in found:
        assert found[name][0] == pytest.approx(value(name, -4.1), rel=0.01, abs=6e-5)
        assert found[name][1] == pytest.approx(slope(name, -4.1), rel=0.01, abs=6e-5)
    assert "gelu".upper() in page.get_attribute("#overlay", "aria-valuetext")
    # By pointer: wherever it is, the table is that of the z it says.
    box = page.locator("#overlay").bounding_box()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 80)
    page.wait_for_function("() => document.querySelector('#overlay').ariaValueNow > 0")
    z = float(page.get_attribute("#overlay", "aria-valuenow"))
    assert table(page)["sigmoid"] == pytest.approx([value("sigmoid", z), slope("sigmoid", z)], abs=6e-5)  # fmt: skip
    page.click('.switch [data-value="slope"]')
    assert table(page)["sigmoid"] == pytest.approx([slope("sigmoid", z)], abs=6e-5)
    page.click('.switch [data-value="value"]')
    assert len(table(page)["tanh"]) == 1
    page.get_by_role("button", name="none", exact=True).click()
    assert page.is_hidden("#values")
    says(page, ".at-z", "No function is chosen")


def test_what_is_shown_stands_in_the_address(server, visitor) -> None:
    page = opened(visitor, server.url)
    assert page.evaluate("location.hash") == ""
    page.click('.chip[data-of="elu"]')
    page.click('.switch [data-value="value"]')
    page.select_option("#chain-function", "relu")
    page.focus("#overlay")
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="all + 1").click()
    page.wait_for_function("() => location.hash.includes('softmax')")
    shown = page.evaluate("location.hash")
    assert shown == "#f=sigmoid,tanh,relu,elu&show=value&z=1.1&chain=relu,10,1,0.5&softmax=3,2,1,0"
    found = table(page)
    page = opened(visitor, server.url, shown)
    assert table(page) == found
    assert page.input_value("#chain-function") == "relu"
    # What makes no sense there is as in the beginning.
    page = opened(visitor, server.url, "#f=none,relu&z=99&w=1&chain=relu,NaN,1,1&rate=-1")
    assert list(table(page)) == ["relu"]
    assert page.get_attribute("#overlay", "aria-valuenow") == "1"
    assert page.input_value("#chain-function") == "sigmoid"


def test_one_neuron_says_its_gradient_and_takes_a_step(server, visitor) -> None:
    page = opened(visitor, server.url, "#x=1.5,-2&w=0.4,0.3&b=0.2&t=-0.7&rate=2")
    x, w, b, t, rate = [1.5, -2.0], [0.4, 0.3], 0.2, -0.7, 2.0

    def check() -> None:
        z = w[0] * x[0] + w[1] * x[1] + b
        a, s = tanh(z), 1 - tanh(z) ** 2
        expected = {"z": z, "a": a, "slope": s, "loss": (a - t) ** 2 / 2, "db": (a - t) * s}
        expected |= {f"dw{i}": (a - t) * s * x[i] for i in range(2)}
        for what, known in expected.items():
            assert result(page, what) == pytest.approx(known, rel=2e-3, abs=1e-9), what

    check()
    z = w[0] * x[0] + w[1] * x[1] + b
    delta = (tanh(z) - t) * (1 - tanh(z) ** 2)
    was = (tanh(z) - t) ** 2 / 2
    before = w, b
    w, b = [w[i] - rate * delta * x[i] for i in range(2)], b - rate * delta
    page.click("#neuron-step")
    check()
    z = w[0] * x[0] + w[1] * x[1] + b
    said = page.inner_text("#neuron-words")
    from_to = re.search(r"loss from (\S+) to (\S+)\.", said)
    assert from_to, said
    assert [number(n) for n in from_to.groups()] == pytest.approx([was, (tanh(z) - t) ** 2 / 2], rel=5e-3)  # fmt: skip
    page.keyboard.press("Control+z")
    w, b = before
    check()
    assert page.is_disabled("#neuron-undo")
    page.click("#neuron-redo")
    page.click("#neuron-undo")
    check()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_in_the_flat_a_step_moves_nothing_and_it_is_said(server, visitor, name: str) -> None:
    page = opened(visitor, server.url, f"#neuron={name}&b=-0.5&t=2")
    record = ACTIVATIONS[name]
    if record.flat_below is None and record.flat_above is None:
        assert page.is_disabled("#neuron-flat")
        return
    page.focus("#neuron-flat")
    page.keyboard.press("Enter")
    z = result(page, "z")
    # From 0.6 upward where it is flat on both sides and that is the nearer one.
    below, above = record.flat_below, record.flat_above
    up = above is not None and (below is None or (below + above) / 2 <= 0.6)
    assert z == pytest.approx((above or 0) + 1.5 if up else (below or 0) - 1.5, abs=2e-3)
    s = slope(name, z)
    assert result(page, "slope") == pytest.approx(s, rel=5e-3)
    assert abs(s) < 0.02 * (record.steepest or 1)
    state = page.get_attribute("#neuron-words strong", "data-state")
    assert state == ("zero" if s == 0 else "flat")
    said = page.inner_text("#neuron-words")
    assert ("no weight moves" if s == 0 else "by only") in said
    w = float(page.input_value('[data-name="weight w₁"]'))
    page.click("#neuron-step")
    moved = 0.5 * (value(name, z) - 2) * s
    assert float(page.input_value('[data-name="weight w₁"]')) == pytest.approx(w - moved, abs=6e-4)
    assert abs(moved) < 0.04


def test_the_neuron_is_pulled_at_its_bars_and_at_its_point(server, visitor) -> None:
    page = opened(visitor, server.url)
    page.locator("#neuron-picture").scroll_into_view_if_needed()
    box = page.locator("#neuron-picture").bounding_box()
    left, right = box["x"] + 44, box["x"] + box["width"] - 30

    def across(z: float) -> float:
        return left + (z + 6) / 12 * (right - left)

    # The end of the first bar is w1 x1, and x1 is 1.
    page.mouse.move(across(0.8), box["y"] + 12)
    page.mouse.down()
    page.mouse.move(across(-1.5), box["y"] + 14, steps=4)
    page.mouse.up()
    assert float(page.input_value('[data-name="weight w₁"]')) == pytest.approx(-1.5, abs=0.03)
    w1 = float(page.input_value('[data-name="weight w₁"]'))
    assert result(page, "z") == pytest.approx(w1 + 0.3 + 0.1, abs=2e-3)
    # The point: z through the input of the largest weight.
    page.mouse.move(across(0), box["y"] + 300)
    page.mouse.down()
    page.mouse.move(across(2), box["y"] + 300, steps=4)
    page.mouse.up()
    assert result(page, "z") == pytest.approx(2, abs=0.05)
    x1 = float(page.input_value('[data-name="input x₁"]'))
    assert w1 * x1 + 0.3 + 0.1 == pytest.approx(result(page, "z"), abs=3e-3)
    page.keyboard.press("ArrowLeft")
    assert result(page, "z") == pytest.approx(w1 * x1 + 0.4 - 0.1, abs=3e-3)
    # One pull is one thing to undo.
    for _ in range(3):
        page.click("#neuron-undo")
    assert page.is_disabled("#neuron-undo")
    assert result(page, "z") == pytest.approx(1.2)
    # A third input, by keys alone.
    page.focus('#neuron-body .switch [data-value="3"]')
    page.keyboard.press("Enter")
    page.focus('[data-name="weight w₃ slider"]')
    page.keyboard.press("ArrowRight")
    assert result(page, "dw2") == pytest.approx((tanh(1.425) + 0.5) * (1 - tanh(1.425) ** 2) * 0.5, rel=2e-3)  # fmt: skip


def test_the_gradient_through_ten_sigmoids_is_at_most_a_quarter_to_the_tenth(
    server, visitor
) -> None:
    page = opened(visitor, server.url)
    a, product = 0.5, 1.0
    for _ in range(10):
        a = 1 / (1 + exp(-a))
        product *= a * (1 - a)
    said = page.inner_text("#chain-body .verdict")
    found = re.search(r"vanishing ([\d.]+ × 10\S+) of", said)
    assert found, said
    assert number(found[1]) == pytest.approx(product, rel=5e-3)
    bound = re.search(r"¹⁰ = ([\d.]+ × 10\S+) could", said)
    assert bound, said
    assert number(bound[1]) == pytest.approx(0.25**10, rel=1e-3)
    assert product < 0.25**10
    # From the output backward, by keys and by pointer.
    page.focus("#links")
    page.keyboard.press("End")
    page.wait_for_selector("#chain-body .readout:has-text('neuron 10:')")
    assert number(page.inner_text("#chain-body .readout").split("left ")[1]) == pytest.approx(a * (1 - a), rel=5e-3)  # fmt: skip
    box = page.locator("#links").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 200)
    page.wait_for_selector("#chain-body .readout:has-text('neuron 1:')")


@pytest.mark.parametrize(
    ("name", "n", "w", "x", "word"),
    [("tanh", 20, 0.7, 1, "vanishing"), ("tanh", 20, 1, 1, "passes"), ("linear", 20, 1.5, 1, "exploding"), ("linear", 20, -1, 2, "passes"), ("relu", 8, -1, 1, "stopped"), ("selu", 20, 3, 0.1, "exploding"), ("gelu", 12, 1, -1, "vanishing"), ("mish", 5, 2, 1, "passes"), ("exponential", 3, 1, 0.5, "exploding")],
)  # fmt: skip
def test_chains_of_any_function_multiply_slopes_and_weights(
    server, visitor, name: str, n: int, w: float, x: float, word: str
) -> None:
    page = opened(visitor, server.url, f"#chain={name},{n},{w},{x}")
    a, factors = float(x), []
    for _ in range(n):
        factors.append(slope(name, w * a) * w)
        a = value(name, w * a)
    left = np.cumprod(factors[::-1])[::-1]
    page.click("#chain-body summary")
    shown = page.evaluate(
        "[...document.querySelectorAll('#link-values tbody tr')].map((r) => r.lastElementChild.textContent)"
    )
    assert [number(text) for text in shown] == pytest.approx(left.tolist(), rel=1e-3, abs=1e-30)
    reads(page, "#chain-body .verdict strong", word)
    size = abs(left[0])
    assert word == ("stopped" if size == 0 else "vanishing" if size < 0.01 else "exploding" if size > 100 else "passes")  # fmt: skip


def test_softmax_is_several_z_in_and_shares_out(server, visitor) -> None:
    page = opened(visitor, server.url)

    def shown() -> tuple[list[float], list[float]]:
        texts = page.locator(".softmax-column output").all_inner_texts()
        return [number(t) for t in texts[::2]], [number(t) for t in texts[1::2]]

    def check() -> None:
        z, shares = shown()
        e = np.exp(z)
        assert shares == pytest.approx((e / e.sum()).tolist(), abs=6e-4)

    check()
    page.locator(".pull").nth(2).focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowUp")
    assert shown()[0] == [2, 1, 3, -1]
    check()
    page.locator(".pull").nth(1).scroll_into_view_if_needed()
    box = page.locator(".pull").nth(1).bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + 0.9 * box["height"], steps=3)
    page.mouse.up()
    assert shown()[0][1] == pytest.approx(-4, abs=0.1)
    check()
    before = shown()
    page.get_by_role("button", name="all + 1").click()
    after = shown()
    assert after[0] == pytest.approx([z + 1 for z in before[0]])
    assert after[1] == before[1]


def test_cards_say_range_flatness_and_words_of_the_catalog(server, visitor, client) -> None:
    page = opened(visitor, server.url)
    catalog = client.get("/api/catalog").json()["activations"]
    for record in catalog[:-1]:
        text = page.inner_text(f"#{record['name']}")
        assert record["used"]["en"] in text
        assert record["fails"]["en"] in text
        interval = re.search(r"range\s+([\[(])(\S+), (\S+)([\])])", text)
        assert interval, text
        opening, low, high, closing = interval.groups()
        for bound, told, bracket in ((record["low"], low, opening), (record["high"], high, closing)):  # fmt: skip
            assert (bound is None) == ("∞" in told)
            assert bound is None or isclose(number(told), bound, rel_tol=2e-3)
            assert (bracket in "[]") == (bound is not None and record["reached"])
        flat = re.search(r"\nflat\s+(.*)", text)
        assert flat
        told = [number(n) for n in re.findall(r"[<>] (\S+)", flat[1])]
        assert told == pytest.approx([e for e in (record["flat_below"], record["flat_above"]) if e is not None], rel=2e-3)  # fmt: skip
    page.click("#language")
    page.wait_for_function("() => document.documentElement.lang === 'zh-Hans'")
    for record in catalog:
        where = f"#{record['name']}"
        says(page, where, record["used"]["zh"])
        says(page, where, record["fails"]["zh"])


def test_the_pages_functions_are_the_engines_to_nine_digits(server, visitor) -> None:
    page = opened(visitor, server.url)
    z = np.linspace(-30, 30, 4001)
    found = page.evaluate(
        """async ([name, z]) => {
          const { EXACT } = await import('/static/js/functions/exact.js');
          return Object.fromEntries(Object.entries(EXACT).map(([name, f]) => [name, [z.map(f.value), z.map(f.slope)]]));
        }""",
        ["", z.tolist()],
    )
    assert list(found) == list(ACTIVATIONS)
    for name, record in ACTIVATIONS.items():
        a = record.value(z)
        assert found[name][0] == pytest.approx(a.tolist(), rel=1e-9, abs=1e-13), name
        assert found[name][1] == pytest.approx(record.slope(z, a).tolist(), rel=1e-9, abs=2e-13), name  # fmt: skip
    # Far out too, where the engine's own 1 - tanh² has no digits left.
    assert found["tanh"][1][0] == pytest.approx(4 * exp(-60), rel=1e-9)
    assert found["sigmoid"][1][-1] == pytest.approx(exp(-30), rel=1e-9)


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_nothing_is_cut_or_too_small_to_read(server, browser, locale: str) -> None:
    one = Visitor(browser, locale=locale)
    page = opened(one, server.url, "#x=1,2,3&w=0.123456,-1.23456,2&b=-4.56789&f=selu,exponential")
    page.click("#neuron-step")
    page.click("#chain-body summary")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        drawn(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert too_small(page) == [], width
        beyond = page.evaluate(
            """[...document.querySelectorAll('main :is(p, button, label, math, output, h3, canvas)')].filter((e) => !e.closest('.scroller') && e.checkVisibility()
              && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 100))"""
        )
        assert beyond == [], json.dumps(beyond)
    assert not one.complaints
    one.context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_jumps_as_the_page_comes_or_as_numbers_grow(server, browser, width: int) -> None:
    one = Visitor(browser, viewport={"width": width, "height": 900})
    one.page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => { for (const e of list.getEntries()) shift += e.value; }).observe({type: 'layout-shift', buffered: true})"
    )
    page = opened(one, server.url)
    page.wait_for_timeout(300)
    assert page.evaluate("shift") < 0.05
    heights = "[...document.querySelectorAll('#compare, #neuron-picture, #neuron .verdict')].map((e) => e.offsetHeight)"
    before = page.evaluate(heights)
    page.focus("#overlay")
    page.keyboard.press("ArrowRight")
    for _ in range(3):
        page.click("#neuron-step")
    assert page.evaluate(heights) == before
    one.context.close()
