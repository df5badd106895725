"""What axe-core finds on every page, in both themes, whatever is shown."""

import pytest

from .barriers import violations
from .conftest import Visitor
from .page import choose_data, says


@pytest.mark.parametrize("path", ["/activations", "/docs"])
def test_other_pages_have_no_barriers(server, browser, path) -> None:
    one = Visitor(browser)
    one.page.goto(f"{server.url}{path}")
    one.page.wait_for_selector("#functions canvas, details")
    assert violations(one.page) == []
    one.context.close()


@pytest.mark.parametrize(("locale", "width"), [("en-US", 1440), ("zh-CN", 390)])
def test_functions_have_no_barriers_whatever_becomes_of_them(
    server, browser, locale, width
) -> None:
    one = Visitor(browser, locale=locale, viewport={"width": width, "height": 844})
    one.page.goto(f"{server.url}/activations#f=gelu,softplus,exponential&chain=linear,20,2,1")
    one.page.wait_for_selector("body[data-ready]")
    one.page.click("#chain-body summary")
    assert violations(one.page) == []
    one.page.click("#neuron-step")
    one.page.click("#neuron-flat")
    one.page.locator(".chips .quiet").last.click()
    one.page.select_option("#chain-function", "exponential")
    one.page.keyboard.press("?")
    assert violations(one.page) == []
    one.context.close()


@pytest.mark.parametrize(("locale", "width"), [("en-US", 1440), ("zh-CN", 390)])
def test_the_sandbox_has_no_barriers_whatever_slides(server, browser, locale, width) -> None:
    one = Visitor(browser, locale=locale, viewport={"width": width, "height": 844})
    for settings in ("", "pad=same&s=2&k=5&kernel=gaussian&back=1", "op=max&n=14", "k=7&n=4"):
        one.page.goto("about:blank")
        one.page.goto(f"{server.url}/convolution#{settings}")
        one.page.wait_for_selector("body[data-ready]")
        assert violations(one.page) == [], settings
    one.context.close()


@pytest.mark.parametrize(("locale", "width"), [("en-US", 1440), ("zh-CN", 390)])
def test_descent_has_no_barriers_wherever_it_leads(server, browser, locale, width) -> None:
    one = Visitor(browser, locale=locale, viewport={"width": width, "height": 844})
    for settings in ("at=30", "on=bowl&with=sgd:learning_rate=1.2&of=0&at=9", "f=x%5E2+%2B"):
        one.page.goto("about:blank")
        one.page.goto(f"{server.url}/descent#{settings}")
        one.page.wait_for_selector("body[data-ready]")
        one.page.wait_for_selector("#problem:visible, #lines .line")
        assert violations(one.page) == [], settings
    one.complaints.clear()  # of the formula that is none
    one.context.close()


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_the_playground_has_no_barriers(server, browser, locale) -> None:
    one = Visitor(browser, locale=locale)
    page = one.open(server.url)
    page.select_option("#step-kind", "step 100")
    page.click("#step")
    one.until("s.frame.step === 100 && !s.waiting")
    assert violations(page) == []
    for kind in ("slope", "sine", "wine", "digits", "brackets", "price", "zen"):
        choose_data(one, kind)
        one.until("s.look && s.look.outputs.size > 0 || s.picture && s.weights")
        page.wait_for_timeout(200)
        assert violations(page) == [], kind
    choose_data(one, "moons")
    for tab, ready in (
        ("#of-numbers", "#tab-numbers table"),
        ("#of-confused", "#confusion td"),
        ("#of-gradients", "#gradients canvas"),
        ("#of-ask", "#ask [data-worst]"),
        ("#of-landscape", "#landscape-map[data-drawn$=whole]"),
    ):
        page.click(tab)
        page.wait_for_selector(ready)
        assert violations(page, "#tabs") == [], tab
    choose_data(one, "zen")
    page.click("#of-time")
    page.wait_for_selector('#time-rows [data-what="from"] canvas')
    assert violations(page, "#tabs") == [], "in time"
    page.focus("#time-rows")
    for key in ("End", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.wait_for_selector(".time-cell .line")
    assert violations(page, "#tabs") == [], "a cell in time"
    page.keyboard.press("Escape")
    choose_data(one, "moons")
    page.click("#more")
    assert violations(page, "#more-settings") == [], "more"
    page.keyboard.press("Escape")
    page.click('[data-name="details 1"]')
    assert violations(page, "#layer-card") == [], "layer"
    page.keyboard.press("Escape")
    page.click("#share")
    page.wait_for_selector("#share-body img")
    assert violations(page, "#share-dialog") == [], "share"
    one.context.close()


def test_in_time_has_no_barriers_on_a_phone(server, browser, client) -> None:
    """Of two layers, on figures: what a text or a row of signs does not show."""
    one = Visitor(browser, locale="zh-CN", viewport={"width": 390, "height": 844})
    spec = {
        "dataset": {"kind": "waveforms", "samples": 40, "length": 16},
        "layers": [{"kind": "gru", "units": 3, "return_sequences": True}, {"kind": "lstm"}],
    }
    made = client.post("/api/networks", json=spec).json()["id"]
    page = one.page
    page.goto(f"{server.url}/#network={made}")
    page.wait_for_selector("body[data-ready]")
    page.click("#of-time")
    page.wait_for_selector("#tab-time[data-asked] canvas")
    assert violations(page) == []
    page.locator('[data-what="h"] canvas').first.click(position={"x": 80, "y": 8})
    page.wait_for_selector(".time-cell .line")
    assert violations(page, "#tabs") == [], "a cell"
    one.context.close()


@pytest.mark.parametrize("width", [390, 820])
def test_small_screens_have_no_barriers(server, browser, width) -> None:
    one = Visitor(browser, viewport={"width": width, "height": 844})
    assert violations(one.open(server.url)) == []
    one.context.close()


def test_every_region_is_twelve_tabs_away_at_most(server, visitor) -> None:
    page = visitor.open(server.url)
    reached = {}
    for tabs in range(1, 6):
        page.keyboard.press("Tab")
        target = page.evaluate("document.activeElement.getAttribute('href')")
        reached[target] = tabs
    assert set(reached) == {"#data", "#network", "#output", "#loss", "#tabs"}
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "tabs"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#tabs') !== null")


def test_units_lines_and_losses_are_read_by_keys(server, visitor) -> None:
    page = visitor.open(server.url)
    page.select_option("#step-kind", "step 100")
    page.click("#step")
    visitor.until("s.frame.step === 100 && !s.waiting && s.picture && s.picture.probe")
    page.focus("#diagram")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    assert visitor.state("hover") == {"layer": 0, "unit": visitor.state("hover.unit")}
    says(page, "#live", "layer 1, unit")
    says(page, "#hover-card", "tanh(")
    page.keyboard.press("Enter")
    assert visitor.state("pinned.layer") == 0
    page.keyboard.press("Shift+ArrowDown")
    says(page, "#hover-card", "weight")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card:popover-open")
    page.keyboard.press("Escape")
    page.focus("#loss-chart")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("#loss-readout:has-text('step 99')")
    assert page.get_attribute('[data-name="Learning rate slider"]', "aria-valuetext") == "0.03"
