"""The clinic on the page: every case is opened, named by the diagnosis, cured by its remedy, and checked."""

import pytest

from engine.clinic import CASES

from .barriers import violations
from .page import says


def opened(visitor, server, name: str) -> None:
    page = visitor.page
    page.goto(f"{server.url}/clinic")
    page.click(f"[data-case={name}]")
    page.wait_for_selector("#clinic [data-name='check case']")
    visitor.until("s.frame && s.network && s.dataset")


@pytest.mark.parametrize("name", CASES)
def test_every_case_is_cured_through_the_page(visitor, server, name) -> None:
    case, page = CASES[name], visitor.page
    opened(visitor, server, name)
    page.evaluate("(n) => window.glassbox.session.step({ steps: n })", case.shown)
    visitor.until(f"s.frame.step === {case.shown} || s.frame.state === 'diverged'")
    page.click("#of-gradients")
    page.wait_for_selector(f".finding[data-finding={case.finding}] [data-remedy]")
    page.click(f".finding[data-finding={case.finding}] [data-remedy]")
    page.wait_for_selector(".tried")
    page.click("#of-clinic")
    page.click("[data-name='check case']")
    page.wait_for_selector("#clinic .verdict.passed", timeout=60_000)
    page.goto(f"{server.url}/clinic")
    page.wait_for_selector(f"#{name}.done")


def test_a_case_that_is_not_cured_says_how_far_it_is(visitor, server) -> None:
    page = visitor.page
    opened(visitor, server, "all_alike")
    assert violations(page, "#tabs") == []
    page.focus("[data-name='check case']")
    page.keyboard.press("Enter")
    page.wait_for_selector("#clinic .verdict")
    says(page, "#clinic .verdict", "Not yet.")
    for _ in range(3):
        page.click("[data-name=hint]")
    assert page.locator("#clinic .exercise-hint").count() == 3
    # Other data is another case: refused, with the place.
    page.evaluate("window.glassbox.session.patch({ dataset: { noise: 0.5 } }, 'noise')")
    visitor.until("s.network.spec.dataset.noise === 0.5")
    page.click("[data-name='check case']")
    page.wait_for_selector("#clinic .problem")
    visitor.complaints.clear()  # the browser says that it was refused
    page.click("[data-name=anew]")
    visitor.until("s.network.spec.dataset.noise !== 0.5")
    page.click("#language")
    page.wait_for_function(
        "() => document.querySelector('#clinic .goal').textContent.includes('目标')"
    )


def test_the_page_of_cases_has_no_barriers(visitor, server) -> None:
    page = visitor.page
    page.goto(f"{server.url}/clinic")
    page.wait_for_selector("#cases li")
    assert page.locator("#cases li").count() == 12
    assert violations(page) == []


def test_a_remedy_is_taken_back_with_the_run_as_it_was(visitor, server) -> None:
    page = visitor.page
    opened(visitor, server, "all_alike")
    page.evaluate("window.glassbox.session.step({ steps: 300 })")
    visitor.until("s.frame.step === 300")
    page.click("#of-gradients")
    page.click(".finding[data-finding=symmetry] [data-remedy]")
    page.wait_for_selector(".tried")
    visitor.until("s.frame.step === 0")
    page.click(".tried [data-name='as far']")
    visitor.until("s.frame.step === 300")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.tried tr')[1].cells].slice(1).every((cell) => cell.textContent === '300')"
    )
    page.click(".tried [data-name='take back']")
    visitor.until("s.network.spec.initializer === 'zeros' && s.frame.step === 300")
