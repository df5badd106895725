"""What one reads: words, themes, sizes, the keyboard's way, hovering."""

import re

import pytest

from .conftest import Visitor
from .page import choose, says, show_family


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
    assert page.is_visible("#tab-backprop")
    focusable = page.evaluate(
        "[...document.querySelectorAll('button, select, input, [tabindex=\"0\"]')].filter((e) => e.offsetParent && !e.disabled"
        " && !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length)).map((e) => e.outerHTML)"
    )
    assert focusable == []


def test_hovering_explains_with_a_formula(server, visitor) -> None:
    page = visitor.open(server.url)
    page.hover("#settings .field:has-text('Optimizer')")
    page.wait_for_selector("#tip:popover-open math")
    says(page, "#tip", "momentum")
    page.hover('[data-kind="xor"]')
    page.wait_for_selector("#tip:popover-open:has-text('no single line')")


def test_hovering_the_loss_chart_reads_it(server, visitor) -> None:
    page = visitor.open(server.url)
    page.select_option("#step-kind", "step 100")
    page.click("#step")
    visitor.until("s.frame.step === 100")
    page.hover("#loss-chart", position={"x": 200, "y": 80})
    page.wait_for_selector("#loss-readout:has-text('train')")
    assert re.search(r"step \d+: .*batch [\d.]+", page.inner_text("#loss-readout"))
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


def test_names_from_a_table_are_shown_as_text(server, visitor) -> None:
    page = visitor.open(server.url)
    page.on("dialog", lambda dialog: pytest.fail("a script from data ran"))
    rows = "\n".join(
        f"{i},{i * i},{'<img src=x onerror=alert(1)>' if i % 2 else 'ok'}" for i in range(20)
    )
    show_family(visitor, "iris")
    page.click("#upload")
    page.fill("#upload-text", "<b>a</b>,b,c\n" + rows)
    page.click("#upload-form button[type=submit]")
    visitor.until("s.dataset.view === 'table'")
    page.click("#of-confused")
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


def test_the_readout_says_what_the_network_says(server, visitor) -> None:
    page = visitor.open(server.url)
    page.hover("#plane", position={"x": 120, "y": 90})
    page.wait_for_selector("#plane-readout:has-text('→ A')")
