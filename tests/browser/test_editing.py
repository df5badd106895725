"""Changing a network by hand: weights, points, settings, and undo."""

import numpy as np

from .page import BIAS, EDGE, choose, choose_data, on_diagram, says, weights_of


def test_a_weight_is_edited_by_clicking_its_line(server, visitor) -> None:
    page = visitor.open(server.url)
    place = on_diagram(page, EDGE)
    page.mouse.move(place["x"], place["y"])
    visitor.page.wait_for_timeout(100)
    says(page, "#hover-card", "weight")
    page.mouse.click(place["x"], place["y"])
    before = weights_of(visitor)
    page.fill("#card-number", "1.75")
    page.wait_for_timeout(300)
    assert page.is_visible("#card"), "the card stays while one types"
    page.press("#card-number", "Enter")
    visitor.until(f"Math.abs(s.weights[{place['index']}] - 1.75) < 1e-6")
    page.click("#undo")
    visitor.until(f"Math.abs(s.weights[{place['index']}] - {before[place['index']]}) < 1e-6")
    page.click("#redo")
    visitor.until(f"Math.abs(s.weights[{place['index']}] - 1.75) < 1e-6")


def test_weights_and_the_outputs_bias_are_edited_in_the_table(server, client, visitor) -> None:
    page = visitor.open(server.url)
    page.click("#of-numbers")
    field = page.get_by_label("bias Output 2")
    field.fill("2.5")
    field.press("Enter")
    visitor.until(
        "s.network.layout && Math.abs(s.weights[s.network.layout.at(-1).offset + 1] - 2.5) < 1e-6"
    )
    id = visitor.state("network.id")
    assert client.get(f"/api/networks/{id}/weights").json()["output.bias"][1] == 2.5


def test_points_are_drawn_and_erased_while_it_trains(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click("#play")
    page.click('#brushes button[aria-label="draw points of a new class, D"]')
    box = page.locator("#plane").bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 40, steps=8)
    page.mouse.up()
    visitor.until("s.dataset.classes === 4 && s.network.layers.at(-1).units === 4")
    drawn = visitor.state("network.spec.dataset.points.length")
    assert drawn >= 4
    assert visitor.state("frame.state") == "playing"
    page.click('#brushes button:has-text("erase")')
    page.mouse.click(box["x"] + 140, box["y"] + 40)
    visitor.until(f"s.network.spec.dataset.points.length < {drawn}")
    page.click("#undo")
    visitor.until(f"s.network.spec.dataset.points.length === {drawn}")


def test_an_empty_plane_says_what_to_do(server, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "drawn")
    visitor.until("s.dataset.inputs.length === 0")
    assert page.get_attribute('#brushes [data-name="brush 0"]', "aria-pressed") == "true"
    assert page.is_disabled("#play")
    page.click("#plane", position={"x": 100, "y": 100})
    visitor.until("s.dataset.inputs.length === 1")
    assert not page.is_disabled("#play")


def test_settings_change_while_it_plays(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click("#play")
    choose(visitor, "Optimizer", "adam")
    visitor.until("s.network.spec.optimizer.kind === 'adam'")
    page.get_by_label("Learning rate", exact=True).first.fill("0.02")
    page.get_by_label("Learning rate", exact=True).first.press("Enter")
    visitor.until("s.network.spec.optimizer.learning_rate === 0.02")
    choose(visitor, "Loss", "mse")
    visitor.until("s.network.spec.loss === 'mse'")
    page.get_by_label("Batch size", exact=True).first.fill("25")
    page.get_by_label("Batch size", exact=True).first.press("Enter")
    visitor.until("s.network.spec.batch_size === 25")
    page.click("#add-layer")
    visitor.until("s.network.spec.layers.length === 4")
    page.get_by_label("one unit more in layer 1").click()
    visitor.until("s.network.spec.layers[0].units === 9")
    page.get_by_label("activation of 2").select_option("relu")
    visitor.until("s.network.spec.layers[1].activation === 'relu'")
    page.get_by_label("x₁²").check()
    visitor.until("s.network.inputs.length === 3")
    assert visitor.state("frame.state") == "playing"
    step = visitor.state("frame.step")
    visitor.until(f"s.frame.step > {step}")


def test_undo_brings_back_layers_with_their_weights(server, visitor) -> None:
    page = visitor.open(server.url)
    page.select_option("#step-kind", "step 100")
    page.click("#step")
    visitor.until("s.frame.step === 100 && !s.waiting")
    before = weights_of(visitor)
    page.click("#remove-layer")
    visitor.until("s.network.spec.layers.length === 2")
    page.click("#undo")
    visitor.until(
        "s.network.spec.layers.length === 3 && s.weights?.length === s.network.parameters"
    )
    visitor.until("!s.canUndo && s.canRedo")
    page.wait_for_timeout(300)
    np.testing.assert_allclose(weights_of(visitor), before, rtol=1e-6)


def test_edits_in_quick_succession_all_count_and_all_come_back(server, visitor) -> None:
    page = visitor.open(server.url)
    before = weights_of(visitor)
    for _ in range(4):
        page.evaluate("document.querySelector('[data-name=\"more 1\"]').click()")
    page.evaluate("document.getElementById('add-layer').click()")
    visitor.until("s.network.spec.layers[0].units === 12 && s.network.spec.layers.length === 4")
    for _ in range(5):
        page.evaluate("glassbox.session.undo()")
    visitor.until(
        "!s.canUndo && s.network.spec.layers[0].units === 8 && s.network.spec.layers.length === 3"
    )
    page.wait_for_timeout(200)
    np.testing.assert_allclose(weights_of(visitor), before, rtol=1e-6)
    assert page.locator("#banner.bad:not([hidden])").count() == 0


def test_a_bias_is_edited_by_clicking_its_dot(server, visitor) -> None:
    page = visitor.open(server.url)
    place = on_diagram(page, BIAS)
    page.mouse.click(place["x"], place["y"])
    page.fill("#card-number", "-0.5")
    page.press("#card-number", "Enter")
    visitor.until("Math.abs(s.weights[s.network.layout.at(-1).offset + 1] + 0.5) < 1e-6")


def test_undoing_a_point_keeps_the_training_since(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click('#brushes button[aria-label="draw points of class A"]')
    page.click("#plane", position={"x": 100, "y": 100})
    visitor.until("s.network.spec.dataset.points.length === 1")
    page.select_option("#step-kind", "step 100")
    for _ in range(3):
        page.click("#step")
        visitor.until("!s.waiting")
    trained = weights_of(visitor)
    page.click("#undo")
    visitor.until("s.network.spec.dataset.points.length === 0")
    page.wait_for_timeout(200)
    assert weights_of(visitor) == trained


def test_another_network_is_not_touched_by_old_edits(server, client, visitor) -> None:
    other = client.post("/api/networks", json={"dataset": {"kind": "circle"}}).json()["id"]
    client.post(f"/api/networks/{other}/train", json={"epochs": 2})
    page = visitor.open(server.url)
    page.click("#reset")
    visitor.until("s.frame.generation === 1")
    page.click('[data-kind="rings"]')
    visitor.until("s.network.spec.dataset.kind === 'rings'")
    page.evaluate(f"location.hash = 'network={other}'")
    visitor.until(f"s.network.id === '{other}' && s.frame && s.frame.step === 60")
    assert not visitor.state("canUndo")
    assert visitor.state("history.step.length") > 10


def test_quick_strokes_all_count_and_the_right_button_draws_nothing(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click('#brushes button[aria-label="draw points of class B"]')
    for x in (60, 120, 180, 240):
        page.click("#plane", position={"x": x, "y": 60})
    visitor.until("s.network.spec.dataset.points.length === 4")
    page.click("#plane", position={"x": 60, "y": 200}, button="right")
    page.wait_for_timeout(200)
    assert visitor.state("network.spec.dataset.points.length") == 4


def test_a_weight_is_set_while_it_trains_without_touching_the_others(
    server, client, visitor
) -> None:
    page = visitor.open(server.url)
    page.click("#of-numbers")
    field = page.get_by_label("bias Output 1")
    field.fill("3")
    visitor.complaints.clear()
    with page.expect_request(lambda r: r.method == "PUT") as sent:
        field.press("Enter")
    assert sent.value.post_data_json == {"output.bias": [3, None, None]}
