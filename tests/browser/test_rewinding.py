"""The past of a run on the page: one step back, any step by the timeline, on from there, branches."""

from typing import Any

import pytest

from .barriers import violations
from .conftest import Visitor
from .page import reads, weights_of
from .test_runs import train

PAST = "s.sought === null && s.frame?.step === {step} && s.frame.last_step === {last}"


def drag(page: Any, share: float) -> None:
    """The timeline's thumb to a share of the run, in a few moves."""
    box = page.locator("#timeline").bounding_box()
    track, y = box["width"] - 16, box["y"] + box["height"] / 2
    value, most = (page.evaluate(f"Number(timeline.{name})") for name in ("value", "max"))
    page.mouse.move(box["x"] + 8 + track * value / most, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 8 + track * share, y, steps=8)
    page.mouse.up()


def test_one_step_back_is_a_key_and_a_button(server: Any, visitor: Visitor) -> None:
    page = visitor.open(server.url)
    assert page.is_disabled("#back")
    assert page.is_disabled("#timeline")
    train(visitor, 100)
    before = weights_of(visitor)
    page.keyboard.press("Backspace")
    visitor.until(PAST.format(step=99, last=100))
    reads(page, "#count-step", "99")
    there = weights_of(visitor)
    assert there != before
    page.keyboard.press("Backspace")
    visitor.until(PAST.format(step=98, last=100))
    page.focus("#timeline")
    page.keyboard.press("ArrowRight")
    visitor.until(PAST.format(step=99, last=100))
    assert weights_of(visitor) == there
    page.keyboard.press("End")
    visitor.until(PAST.format(step=100, last=100))
    assert weights_of(visitor) == before
    page.click("#back")  # as much as Step makes: a hundred
    visitor.until(PAST.format(step=0, last=100))
    assert page.is_disabled("#back")
    assert "nothing to go back to" in page.get_attribute("#back", "aria-description")


def test_a_drag_shows_the_network_as_it_was(server: Any, visitor: Visitor) -> None:
    page = visitor.open(server.url)
    train(visitor, 100)
    middle, picture = weights_of(visitor), visitor.state("frame.loss")
    train(visitor, 200)
    course = visitor.state("history.measureStep")
    drag(page, 0.5)
    visitor.until("s.sought === null && s.frame.last_step === 200 && s.frame.step < 200")
    page.focus("#timeline")
    for _ in range(30):
        step = visitor.state("frame.step")
        if step == 100:
            break
        page.keyboard.press("ArrowRight" if step < 100 else "ArrowLeft")
        visitor.until(f"s.sought === null && s.frame.step === {step + (1 if step < 100 else -1)}")
    assert weights_of(visitor) == middle
    assert visitor.state("frame.loss") == picture
    assert visitor.state("history.measureStep") == course
    text = page.get_attribute("#timeline", "aria-valuetext")
    assert text.startswith("step 100 of 200, loss 0.")
    reads(page, "#figures .train b", text.rsplit(" ", 1)[1])


def test_training_on_from_there_is_a_run_and_the_other_is_taken_back(
    server: Any, visitor: Visitor
) -> None:
    page = visitor.open(server.url)
    train(visitor, 100)
    train(visitor, 200)
    end = weights_of(visitor)
    page.click("#back")
    visitor.until(PAST.format(step=100, last=200))
    page.select_option("#step-kind", "step 10")
    page.click("#step")
    visitor.until("s.frame.step === 110 && s.frame.last_step === 110 && s.frame.run === 1")
    visitor.until("s.history.ghost && s.history.measureStep.at(-1) === 110 && s.network.run === 1")
    page.wait_for_selector("#banner:has-text('up to step 200 is kept')")
    page.click("[data-action=toLeft]")
    visitor.until("s.frame.step === 200 && s.network.run === 0 && s.weights")
    assert weights_of(visitor) == end


def test_play_goes_on_from_there(server: Any, visitor: Visitor) -> None:
    page = visitor.open(server.url)
    train(visitor, 100)
    page.keyboard.press("Backspace")
    visitor.until(PAST.format(step=99, last=100))
    page.click("#play")
    visitor.until("s.frame.state === 'playing' && s.frame.run === 1 && s.frame.step > 99")
    drag(page, 0.2)
    visitor.until(
        "s.sought === null && s.frame.state === 'paused' && s.frame.step < s.frame.last_step"
    )


def test_settings_of_then_are_said_and_their_change_undone_to_there(
    server: Any, visitor: Visitor
) -> None:
    page = visitor.open(server.url)
    train(visitor, 100)
    rate = page.get_by_label("Learning rate", exact=True).first
    rate.fill("0.01")
    rate.press("Enter")
    visitor.until("s.history.marks.length === 1")
    train(visitor, 200)
    assert page.locator("#timeline-marks i").count() == 1
    page.select_option("#step-kind", "step 10")
    page.evaluate("document.activeElement.blur()")
    for step in range(190, 80, -10):
        page.click("#back")
        visitor.until(PAST.format(step=step, last=200))
    visitor.until("s.network.spec.optimizer.learning_rate === 0.03")
    page.wait_for_selector("#banner:has-text('Settings as they were at step 90: rate 0.01 → 0.03')")
    rate = page.get_by_label("Learning rate", exact=True).first
    assert rate.input_value() == "0.03"
    rate.fill("0.1")
    rate.press("Enter")
    visitor.until("s.network.run === 1 && s.network.spec.optimizer.learning_rate === 0.1")
    page.click("#undo")
    visitor.until("s.network.run === 0 && s.frame.step === 90 && s.frame.last_step === 200")


def test_a_branch_is_a_network_of_its_own_and_the_way_back_is_offered(
    server: Any, visitor: Visitor
) -> None:
    page = visitor.open(server.url)
    train(visitor, 100)
    trunk = visitor.state("network.id")
    page.keyboard.press("Backspace")
    visitor.until(PAST.format(step=99, last=100))
    page.click("#past")
    assert page.is_disabled("#toStart") is False
    page.click("#branchHere")
    visitor.until(f"s.network.id !== '{trunk}' && s.frame?.step === 99 && s.frame.last_step === 99")
    visitor.until("s.history.measureStep.length > 1")
    page.click("[data-action=toTrunk]")
    visitor.until(f"s.network.id === '{trunk}' && s.frame?.last_step === 100")


def test_it_stands_there_after_a_reload(server: Any, visitor: Visitor) -> None:
    page = visitor.open(server.url)
    train(visitor, 100)
    page.click("#back")
    visitor.until(PAST.format(step=0, last=100))
    page.reload()
    page.wait_for_selector("body[data-ready]")
    visitor.until(PAST.format(step=0, last=100))
    assert page.get_attribute("#timeline", "max") == "100"
    visitor.until("s.history.measureStep.at(-1) === 100")


@pytest.mark.parametrize("width", [1100, 1440])
def test_nothing_moves_and_the_bar_keeps_its_height(
    server: Any, visitor: Visitor, width: int
) -> None:
    page = visitor.page
    page.set_viewport_size({"width": width, "height": 800})
    visitor.open(server.url)
    boxes = "['.bar', '#play', '#timeline', '#loss-chart', '.counters'].map((q) => { const b = document.querySelector(q).getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; })"
    before = page.evaluate(boxes)
    assert page.evaluate("document.querySelector('.row-one').scrollWidth <= innerWidth")
    train(visitor, 100)
    page.keyboard.press("Backspace")
    visitor.until(PAST.format(step=99, last=100))
    assert page.evaluate(boxes) == before


def test_a_finger_takes_it_back_on_a_phone(server: Any, browser: Any) -> None:
    phone = Visitor(browser, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = phone.open(server.url)
    train(phone, 100)
    page.locator("#timeline").scroll_into_view_if_needed()
    box = page.locator("#timeline").bounding_box()
    assert box["height"] >= 44
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    phone.until("s.sought === null && s.frame.step > 40 && s.frame.step < 60")
    page.tap("#back")
    phone.until("s.sought === null && s.frame.step === 0")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not phone.complaints
    phone.context.close()


def test_the_past_has_no_barriers(server: Any, browser: Any) -> None:
    one = Visitor(browser)
    page = one.open(server.url)
    assert violations(page) == []  # nothing to go back to yet
    train(one, 100)
    page.keyboard.press("Backspace")
    one.until(PAST.format(step=99, last=100))
    assert violations(page) == []
    page.click("#past")
    page.wait_for_selector("#past-menu:popover-open")
    assert violations(page, "#past-menu") == []
    one.context.close()
