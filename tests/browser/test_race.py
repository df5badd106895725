"""The tab of races: what it shows is what the API says; a variant becomes the network; a rate is found and taken;
what would be is seen while a slider moves."""

from typing import Any

import numpy as np
import pytest

from .barriers import violations
from .conftest import Visitor
from .page import says, too_small


def opened(one: Visitor, server: Any, steps: int = 60) -> Any:
    page = one.open(server.url)
    page.evaluate("(n) => glassbox.session.step({ steps: n })", steps)
    one.until(f"s.frame.step === {steps} && !s.waiting")
    page.click("#of-race")
    page.wait_for_selector('[data-name="race start"]')
    return page


def ended(page: Any, said: str) -> None:
    page.wait_for_function(
        "(said) => document.querySelector('.race-results')?.dataset.drawn === said", arg=said
    )


def race(page: Any) -> dict[str, Any]:
    """The race as the server has it."""
    job = page.get_attribute('[data-name="race csv"]', "href").split("/")[3]
    return page.evaluate(f"fetch('/api/jobs/{job}').then((a) => a.json())")["result"]


def test_a_race_is_run_read_and_one_of_it_opened(visitor, server) -> None:
    page = opened(visitor, server)
    own = page.evaluate("glassbox.session.id")
    page.fill('[data-name="race values 0"]', "0.03, 0.3")
    page.fill('[data-name="race steps"]', "400")
    page.keyboard.press("Tab")
    says(page, "#race-count", "6 variants, 400 steps")
    page.focus('[data-name="race start"]')
    page.keyboard.press("Enter")
    ended(page, "done 6")
    found = race(page)
    figures = page.locator(".race-table tbody tr").all_inner_texts()
    for line, one in zip(figures, found["variants"], strict=True):
        assert f"{one['loss']:.3f}" in line
        assert f"{one['test_loss']:.3f}" in line
        cell = page.locator(f'[data-name="race cell {one["k"]}"]')
        assert cell.inner_text() == f"{one['test_loss']:.3f}"
    best = found["summary"]["groups"][found["summary"]["best"]]
    said = page.inner_text("#race-sentence")
    assert f"{best['mean']['test_loss']:.3f}" in said
    assert ("may be chance" in said) == found["summary"]["within"]
    label = page.get_attribute("#race-chart", "aria-label") or ""
    last = [one["course"]["loss"][-1] for one in found["variants"]]
    assert f"{np.mean(last[:3]):.3f}" in label
    assert violations(page, "#race") == []
    # A variant becomes the playground's network, and there is a way back.
    page.focus('[data-name="race cell 4"]')
    page.keyboard.press("Enter")
    page.click('[data-name="race open"]')
    visitor.until(f"s.network.id !== '{own}' && s.frame?.step === 400")
    assert visitor.state("network.spec.seed") == 1
    assert visitor.state("network.spec.optimizer.learning_rate") == 0.3
    assert visitor.state("frame.test_loss") == found["variants"][4]["test_loss"]
    page.click('[data-name="race back"]')
    visitor.until(f"s.network.id === '{own}'")
    # Names are chosen by buttons; what is too much or too little is said and not begun.
    page.click('[data-name="race activations"]')
    page.click('[data-name="race relu"]')
    assert page.get_attribute('[data-name="race relu"]', "aria-pressed") == "false"
    page.fill('[data-name="race values 1"]', "0 1 2 3 4 5 6 7 8 9 10 11 12 13")
    page.keyboard.press("Tab")
    assert page.get_attribute('[data-name="race start"]', "aria-disabled") == "true"
    page.focus('[data-name="race start"]')
    page.keyboard.press("Enter")
    assert race(page) == found
    # Under way it can be ended, and what there is stays.
    page.fill('[data-name="race values 1"]', "0 1 2 3")
    page.fill('[data-name="race steps"]', "20000")
    page.keyboard.press("Tab")
    page.click('[data-name="race start"]')
    says(page, '[data-name="race start"]', "Cancel")
    page.wait_for_selector(".race-going progress:visible")
    page.click('[data-name="race start"]')
    says(page, '[data-name="race start"]', "Start")
    assert too_small(page) == []


@pytest.mark.parametrize(("locale", "width"), [("en-US", 1440), ("zh-CN", 390)])
def test_a_rate_is_found_and_taken_and_what_would_be_is_seen(
    server, browser, client, locale, width
) -> None:
    one = Visitor(browser, locale=locale, viewport={"width": width, "height": 844})
    page = opened(one, server, 10)
    url = f"/api/networks/{page.evaluate('glassbox.session.id')}"
    page.click('[data-name="way rate"]')
    page.click('[data-name="rate find"]')
    page.wait_for_selector("#rate-chart[data-drawn]")
    found = client.post(f"{url}/rate-finder", json={}).json()
    wanted = float(f"{found['suggestion']:.2g}")
    assert str(wanted) in page.inner_text('[data-name="rate take"]')
    assert violations(page, "#race") == []
    page.click('[data-name="rate take"]')
    one.until(f"s.network.spec.optimizer.learning_rate === {wanted}")
    assert one.state("frame.step") == 10
    # What if: while the slider moves, and not only when it is let go.
    page.click('[data-name="way whatif"]')
    slider = page.locator('[data-name="whatif rate slider"]')
    slider.evaluate(
        "(e) => { e.value = 700; e.dispatchEvent(new InputEvent('input', { bubbles: true })); }"
    )
    page.wait_for_function(
        "() => document.querySelector('.race-whatif').dataset.drawn.includes('0.32')"
    )
    change = {"optimizer": {"learning_rate": 0.32}}
    told = client.post(f"{url}/what-if", json={"change": change}).json()
    for figure in (told["test_loss"], one.state("frame.test_loss")):
        assert f"{figure:.3f}" in page.inner_text("#race-whatif .race-sentence")
    assert page.locator("#whatif-then").get_attribute("width") == "50"
    assert too_small(page) == []
    assert violations(page, "#race") == []
    page.click('[data-name="whatif discard"]')
    page.wait_for_function("() => !document.querySelector('.race-whatif').dataset.drawn")
    assert page.input_value('[data-name="whatif rate"]') == str(wanted)
    page.fill('[data-name="whatif seed"]', "3")
    page.keyboard.press("Tab")
    page.wait_for_function(
        """() => document.querySelector('.race-whatif').dataset.drawn.includes('"seed":3')"""
    )
    told = client.post(f"{url}/what-if", json={"change": {"seed": 3}}).json()
    page.click('[data-name="whatif keep"]')
    one.until("s.frame.step === 1000 && s.network.spec.seed === 3")
    assert client.get(url).json()["loss"] == told["loss"]
    assert not one.complaints
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    one.context.close()
