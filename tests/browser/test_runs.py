"""Runs: other data and another network begin anew, undo brings the old run back, rules stop it."""

import pytest

from .page import choose_data, reads, says, weights_of


def train(visitor, step: int) -> None:
    visitor.page.select_option("#step-kind", "step 100")
    visitor.page.click("#step")
    visitor.until(f"s.frame.step === {step} && !s.waiting && s.weights")


def test_other_data_begin_a_new_run_and_undo_brings_the_old_one_back_whole(server, visitor) -> None:
    page = visitor.open(server.url)
    train(visitor, 100)
    train(visitor, 200)
    before, course = weights_of(visitor), visitor.state("history.measureStep")
    choose_data(visitor, "moons")
    visitor.until("s.frame.step === 0 && s.history.measureStep.length === 1")
    reads(page, "#count-step", "0")
    page.click("#undo")
    visitor.until("s.network.spec.dataset.kind === 'spiral' && s.frame.step === 200")
    visitor.until(f"s.history.measureStep.length === {len(course)}")
    assert weights_of(visitor) == before
    train(visitor, 300)
    page.click("#redo")
    visitor.until("s.network.spec.dataset.kind === 'moons'")


def test_another_layer_begins_a_new_curve_with_the_weights_kept(server, visitor) -> None:
    page = visitor.open(server.url)
    train(visitor, 100)
    first = weights_of(visitor)[:16]
    page.click("#add-layer")
    visitor.until("s.network.spec.layers.length === 4 && s.frame.step === 0 && s.weights")
    assert weights_of(visitor)[:16] == first
    visitor.until("s.history.measureStep.length === 1")
    page.click("#undo")
    visitor.until("s.network.spec.layers.length === 3 && s.frame.step === 100")
    visitor.until("s.history.step.length > 1")


def test_reset_is_undone_with_its_curve(server, visitor) -> None:
    page = visitor.open(server.url)
    train(visitor, 100)
    before = weights_of(visitor)
    page.click("#reset")
    visitor.until("s.frame.step === 0")
    page.click("#undo")
    visitor.until("s.frame.step === 100 && s.history.measureStep.length > 1")
    assert weights_of(visitor) == before


def test_a_family_remembers_its_run(server, visitor) -> None:
    page = visitor.open(server.url)
    train(visitor, 100)
    before = weights_of(visitor)
    choose_data(visitor, "iris")
    visitor.until("s.frame.step === 0")
    choose_data(visitor, "spiral")
    visitor.until("s.frame.step === 100 && s.weights")
    assert weights_of(visitor) == before
    page.wait_for_selector("#banner:has-text('is back')")


def test_a_change_is_marked_where_it_was_made(server, visitor) -> None:
    page = visitor.open(server.url)
    train(visitor, 100)
    page.get_by_label("Learning rate", exact=True).first.fill("0.01")
    page.get_by_label("Learning rate", exact=True).first.press("Enter")
    visitor.until("s.history.marks.length === 1")
    assert visitor.state("history.marks")[0] == {
        "step": 100,
        "what": ["optimizer.learning_rate"],
        "before": [0.03],
        "after": [0.01],
    }
    page.reload()
    page.wait_for_selector("body[data-ready]")
    visitor.until("s.history.marks.length === 1")


def test_a_stop_rule_pauses_and_says_why(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click("#until")
    page.fill('#until-card [name="epochs"]', "3")
    page.click("#until-card button[type=submit]")
    says(page, "#until", "3 epochs")
    page.click("#play")
    visitor.until("s.frame.state === 'paused' && s.frame.epoch === 3")
    page.wait_for_selector("#banner:has-text('Stopped after 3 epochs')")
    page.click("#until")
    page.click("#until-card button[type=button]")
    assert visitor.state("until") is None


def test_the_best_step_is_marked_and_one_click_back(server, visitor) -> None:
    page = visitor.open(server.url)
    train(visitor, 100)
    best, loss = visitor.state("frame.best_step"), visitor.state("frame.best_loss")
    assert best == 100
    page.get_by_label("Learning rate", exact=True).first.fill("9")
    page.get_by_label("Learning rate", exact=True).first.press("Enter")
    visitor.until("s.network.spec.optimizer.learning_rate === 9")
    train(visitor, 200)
    now = weights_of(visitor)
    page.click("#best")
    visitor.until("s.frame.step === 100")
    assert visitor.state("frame.test_loss") == pytest.approx(loss)
    page.click("#undo")
    visitor.until("s.frame.step === 200")
    assert weights_of(visitor) == now
