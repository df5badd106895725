"""The pages share one shell: theme, language, keys; and the page of activation functions."""

import re

import pytest

from .page import says


@pytest.mark.parametrize("path", ["/", "/activations", "/convolution", "/descent"])
def test_every_page_has_the_shell(server, visitor, path: str) -> None:
    page = visitor.page
    page.goto(server.url + path)
    page.wait_for_selector("body[data-ready]")
    english = page.title()
    page.click("#theme")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.click("#theme")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.click("#language")
    page.wait_for_function("() => document.documentElement.lang === 'zh-Hans'")
    assert page.title() != english
    page.keyboard.press("?")
    assert page.is_visible("#keys-dialog")
    page.click("#keys-dialog .dismiss")
    # The choice goes along to the other pages.
    page.goto(server.url + ("/" if path != "/" else "/activations"))
    page.wait_for_selector("body[data-ready]")
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("path", ["/", "/activations", "/convolution", "/descent"])
def test_a_page_says_when_it_cannot_start(server, visitor, path: str) -> None:
    page = visitor.page
    page.route("**/api/catalog*", lambda route: route.abort())
    page.goto(server.url + path)
    page.wait_for_selector("#banner.bad")
    says(page, "#banner", "cannot start")
    visitor.complaints.clear()


@pytest.mark.parametrize("width", [360, 1440])
def test_all_activation_functions_stand_side_by_side(server, visitor, client, width: int) -> None:
    page = visitor.page
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(server.url + "/activations")
    page.wait_for_selector("body[data-ready]")
    names = [a["name"] for a in client.get("/api/catalog").json()["activations"]][:-1]
    assert page.evaluate("[...document.querySelectorAll('article')].map((a) => a.id)") == names
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.focus("#tanh canvas")
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    page.wait_for_selector("#tanh .readout:has-text('f(1.70)')")
    for name in names:
        expected = client.get(f"/api/activations/{name}/curve?low=1.7&high=2&points=2").json()
        text = page.locator(f"#{name} .readout").inner_text()
        value, slope = re.search(r"= (\S+)\s+f′ = (\S+)", text).groups()
        assert float(value.replace("−", "-")) == pytest.approx(expected["y"][0], abs=6e-4)
        assert float(slope.replace("−", "-")) == pytest.approx(expected["dy"][0], abs=6e-4)
