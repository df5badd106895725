"""Building: layers of every kind added, moved, set and taken away; schedules; undo."""

import numpy as np

from .page import choose_data, layers, open_few_layers, says


def test_layers_of_other_kinds_join_the_spiral_by_hand(server, client, visitor) -> None:
    page = visitor.open(server.url)
    for count, kind in enumerate(("batch_norm", "dropout", "residual"), 4):
        page.select_option("#add-kind", kind)
        visitor.until(f"s.network.spec.layers.length === {count} && !s.refused")
    assert page.locator(".column").count() == 8
    assert page.locator("#add-kind option:not([disabled])").count() > 5
    assert page.locator('#add-kind option[value="conv2d"][disabled]').count() == 1
    page.select_option("#step-kind", "step 100")
    page.click("#step")
    visitor.until("s.frame.step === 100 && !s.waiting && s.picture")
    page.wait_for_timeout(300)
    ours = np.array(page.evaluate("glassbox.boundary(21)"), float)
    id = visitor.state("network.id")
    theirs = np.array(client.get(f"/api/networks/{id}/boundary?resolution=21").json()["outputs"])
    assert np.abs(ours - theirs).max() < 1e-4
    for layer in range(7):
        page.select_option("#curve-layer", str(layer))
    page.click("#of-numbers")
    page.wait_for_selector("#weights caption:has-text('running mean')")


def test_an_impossible_kernel_turns_red_and_the_network_goes_on(server, client, visitor) -> None:
    page = open_few_layers(server, client, visitor)
    page.get_by_label("Padding of layer 1").select_option("valid")
    visitor.until("s.network.spec.layers[0].padding === 'valid'")
    page.click("#play")
    visitor.until("s.frame.state === 'playing'")
    field = page.get_by_label("Kernel of layer 1")
    field.fill("11")
    field.press("Enter")
    wrong = page.locator(".layer-card.wrong")
    wrong.wait_for()
    assert "Layer 1: A kernel of 11 is larger than its input of 8 × 8 × 1." in wrong.inner_text()
    assert page.get_by_label("Kernel of layer 1").input_value() == "11"
    assert page.locator("#banner.bad:not([hidden])").count() == 0
    step = visitor.state("frame.step")
    visitor.until(f"s.frame.step > {step} && s.frame.state === 'playing'", 30)
    visitor.complaints.clear()
    page.get_by_label("Kernel of layer 1").fill("3")
    page.get_by_label("Kernel of layer 1").press("Enter")
    wrong.wait_for(state="detached")
    page.get_by_label("Kernel of layer 1").fill("40")
    page.get_by_label("Kernel of layer 1").press("Enter")
    wrong.wait_for()
    visitor.complaints.clear()
    page.click(".refusal button")
    wrong.wait_for(state="detached")
    assert page.get_by_label("Kernel of layer 1").input_value() == "3"


def test_undo_after_another_kind_brings_back_layer_and_weights(server, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "digits")
    page.select_option("#step-kind", "step 10")
    page.click("#step")
    visitor.until("s.frame.step === 10 && !s.waiting && s.weights.length === s.network.parameters")
    before = layers(visitor)
    weights = page.evaluate("Array.from(glassbox.store.state.weights)")
    page.get_by_label("kind of layer 2").select_option("avg_pool2d")
    visitor.until("s.network.spec.layers[1].kind === 'avg_pool2d'")
    page.get_by_label("kind of layer 3").select_option("batch_norm")
    visitor.until("s.network.spec.layers[2].kind === 'batch_norm'")
    page.click("#undo")
    visitor.until("s.network.spec.layers[2].kind === 'conv2d'")
    page.click("#undo")
    visitor.until("s.network.spec.layers[1].kind === 'max_pool2d'")
    assert layers(visitor) == before
    page.wait_for_timeout(300)
    found = page.evaluate("Array.from(glassbox.store.state.weights)")
    np.testing.assert_allclose(found, weights, rtol=1e-6)


def test_layers_are_inserted_moved_set_and_removed(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click('[data-name="details 2"]')
    page.wait_for_selector("#layer-card:popover-open math")
    says(page, "#layer-card", "8 → 8")
    page.get_by_label("Trainable", exact=True).uncheck()
    visitor.until("s.network.layers[1].trainable === false")
    assert page.is_visible("#layer-card"), "it stays open while one sets things"
    page.select_option('#layer-card [data-name="insert before"]', "dropout")
    visitor.until("s.network.spec.layers[1].kind === 'dropout'")
    page.click('[data-name="details 2"]')
    page.click('#layer-card [data-name="move left"]')
    visitor.until("s.network.spec.layers[0].kind === 'dropout'")
    page.click('[data-name="details 1"]')
    page.click('#layer-card [data-name="remove layer"]')
    visitor.until("s.network.spec.layers.length === 3")
    for _ in range(4):
        page.click("#undo")
        page.wait_for_timeout(150)
    visitor.until("!s.canUndo && s.network.layers[1].trainable")


def test_schedule_clipping_and_averaging_are_set_and_seen(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click("#more")
    settings = page.locator("#more-settings")
    settings.get_by_label("Schedule", exact=True).select_option("exponential")
    visitor.until("s.network.spec.schedule.kind === 'exponential'")
    field = settings.locator('[data-name="Clip norm"]')
    field.fill("0.5")
    field.press("Enter")
    visitor.until("s.network.spec.clipping.norm === 0.5")
    field = settings.locator('[data-name="Averaging"]')
    field.fill("0.99")
    field.press("Enter")
    visitor.until("s.network.spec.average === 0.99")
    page.keyboard.press("Escape")
    page.select_option("#step-kind", "step 100")
    page.click("#step")
    visitor.until("s.frame.step === 100 && s.rate < 0.0272")
    page.wait_for_selector("#more-now:has-text('current rate 0.027')")
    kinds = page.evaluate("glassbox.store.state.catalog.schedules.map((one) => one.name)")
    for kind in kinds:
        page.click("#more")
        settings.get_by_label("Schedule", exact=True).select_option(kind)
        visitor.until(f"s.network.spec.schedule.kind === '{kind}'")
        page.keyboard.press("Escape")
        page.click("#step")
        visitor.until("!s.waiting")
    assert page.locator("#more-settings input:invalid").count() == 0


def test_a_lesson_chosen_as_data_has_its_own_weights_and_leaves_none_behind(
    server, visitor
) -> None:
    visitor.open(server.url)
    choose_data(visitor, "worked_example")
    visitor.until("s.frame && Math.abs(s.frame.loss - 0.298371) < 1e-6")
    visitor.page.click("#step")
    visitor.until("s.frame.step === 1")
    # Its first weight of the output, 0.40, as its hint promises.
    output = visitor.state("network.layout.find((p) => p.name === 'output.weight').offset")
    visitor.until(f"Math.abs(s.weights[{output}] - 0.3589) < 1e-4")
    choose_data(visitor, "iris")
    assert visitor.state("network.spec.start") == {}
