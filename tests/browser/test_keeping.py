"""What stays: links, reloads, and a server or network that goes away."""

import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.serving import serve

from .conftest import Visitor
from .page import choose, choose_data, weights_of


def test_a_copied_link_opens_the_same_experiment_with_the_same_losses(
    server, browser, visitor
) -> None:
    page = visitor.open(server.url)
    page.click('[data-kind="moons"]')
    visitor.until("s.network.spec.dataset.kind === 'moons'")
    page.get_by_label("activation of 1").select_option("elu")
    visitor.until("s.network.spec.layers[0].activation === 'elu'")
    page.click("#reset")
    visitor.until(
        "s.frame.generation === s.network.generation && s.frame.step === 0 && !s.frame.best_step"
    )
    page.click("#share")
    page.click("#copy-link")
    page.wait_for_selector("#banner:has-text('Link copied')")
    link = page.evaluate("navigator.clipboard.readText()")
    page.click("#share-dialog .dismiss")
    other = Visitor(browser)
    other.open(link)
    assert other.state("network.id") != visitor.state("network.id")
    assert other.state("network.spec") == visitor.state("network.spec")
    found = []
    for one in (visitor, other):
        one.page.select_option("#step-kind", "step 100")
        one.page.click("#step")
        one.until("s.frame.step === 100")
        found.append((one.state("frame.loss"), weights_of(one)))
    other.context.close()
    assert found[0] == found[1]
    # With its weights it opens as it is now, at step 0 of another run.
    page.click("#share")
    page.locator('[data-name="share weights"]').check()
    link = page.input_value("#share-link")
    third = Visitor(browser)
    third.open(link)
    third.until(f"s.weights && s.weights.length && s.weights[0] === {found[0][1][0]!r}")
    assert weights_of(third) == found[0][1]
    assert (third.state("frame.step"), third.state("frame.loss")) == (0, found[0][0])
    third.page.goto("about:blank")
    third.page.goto(f"{server.url}/#w=AAAA")
    third.page.wait_for_selector("#banner:has-text('do not fit its network')")
    third.context.close()


def test_a_broken_link_opens_the_default_and_says_so(server, visitor) -> None:
    page = visitor.open(f"{server.url}/#e=%%%")
    page.wait_for_selector("#banner:has-text('could not be read')")
    assert visitor.state("network.spec.dataset.kind") == "spiral"


def test_a_teachers_link_hides_controls(server, visitor) -> None:
    page = visitor.open(f"{server.url}/#hide=settings,data")
    assert page.is_hidden("#settings")
    assert page.is_hidden("#data")
    assert page.is_visible("#play")
    # No empty column is left.
    assert page.locator("#network").bounding_box()["x"] == 0


def test_hidden_parts_stay_hidden_whatever_is_shown(server, visitor) -> None:
    page = visitor.open(f"{server.url}/#hide=builder,brushes,features,presets,tabs")
    for part in ("#brushes", "#features", "#tabs", ".stepper button", ".lesson", "#add-layer"):
        assert page.locator(f"{part} >> visible=true").count() == 0, part
    choose_data(visitor, "xor")
    page.wait_for_timeout(200)
    for part in ("#brushes", "#features", "#tabs", ".stepper button", ".lesson", "#add-layer"):
        assert page.locator(f"{part} >> visible=true").count() == 0, part
    # Its classes are named all the same.
    assert page.locator("#output-legend .item >> visible=true").count() >= 2


def test_a_rate_that_leaves_the_loss_stuck_is_said_with_its_remedy(server, client, visitor) -> None:
    spec = {"optimizer": {"kind": "sgd", "learning_rate": 10}}
    id = client.post("/api/networks", json=spec).json()["id"]
    page = visitor.open(f"{server.url}/#network={id}")
    page.select_option("#step-kind", "step 100")
    page.click("#step")
    page.wait_for_selector("#finding:has-text('rate too high')")
    page.click("#finding")
    page.click('#banner [data-action="startSlower"]')
    visitor.until("s.network.spec.optimizer.learning_rate === 1 && s.frame.step === 0")


def test_a_reload_keeps_the_network(server, visitor) -> None:
    page = visitor.open(server.url)
    page.select_option("#step-kind", "step 10")
    page.click("#step")
    visitor.until("s.frame.step === 10")
    id = visitor.state("network.id")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    visitor.until("s.frame && s.frame.step === 10")
    assert visitor.state("network.id") == id


def test_the_server_goes_away_and_comes_back(tmp_path: Path, browser: Any) -> None:
    one = Visitor(browser)
    with serve(tmp_path) as first:
        port = first.port
        page = one.open(first.url)
        page.click("#play")
        one.until("s.frame.step > 100")
        id = one.state("network.id")
    page.wait_for_selector("#banner:has-text('The server cannot be reached')")
    assert page.is_disabled("#play")
    step = one.state("frame.step")
    with serve(tmp_path, port=port):
        one.until("s.connection === 'live'", 30)
        assert one.state("network.id") == id
        one.until(f"s.frame.state === 'playing' && s.frame.step > {step}", 30)
        one.context.close()


def test_a_server_that_forgot_gets_the_network_from_the_page(tmp_path: Path, browser: Any) -> None:
    one = Visitor(browser)
    with serve(tmp_path / "a") as first:
        port = first.port
        page = one.open(first.url)
        page.select_option("#step-kind", "step 100")
        page.click("#step")
        one.until("s.frame.step === 100")
        before = weights_of(one)
        id = one.state("network.id")
    with serve(tmp_path / "b", port=port):
        one.until(f"s.connection === 'live' && s.network.id !== '{id}' && s.weights", 30)
        page.wait_for_timeout(300)
        np.testing.assert_allclose(weights_of(one), before, rtol=1e-6)
        one.context.close()


def test_a_link_pasted_into_an_open_page_opens(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click('[data-kind="moons"]')
    visitor.until("s.network.spec.dataset.kind === 'moons'")
    link = page.url
    page.click('[data-kind="rings"]')
    visitor.until("s.network.spec.dataset.kind === 'rings'")
    page.evaluate(f"location.href = {link!r}")
    visitor.until("s.network.spec.dataset.kind === 'moons' && s.frame && s.connection === 'live'")


def test_a_copied_link_opens_as_it_was_in_the_same_tab(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click('[data-kind="moons"]')
    visitor.until("s.network.spec.dataset.kind === 'moons'")
    link = page.url
    choose(visitor, "Optimizer", "adam")
    visitor.until("s.network.spec.optimizer.kind === 'adam'")
    page.evaluate(f"location.href = {link!r}")
    visitor.until(
        "s.network.spec.optimizer.kind === 'sgd' && s.network.spec.dataset.kind === 'moons'"
    )


def test_a_network_whose_table_is_gone_does_not_lock_the_tab(server, client, visitor) -> None:
    own = client.post("/api/datasets", json={"csv": "1,2,a\n3,4,b\n5,6,a\n7,8,b"}).json()
    id = client.post("/api/networks", json={"dataset": own["dataset"]}).json()["id"]
    page = visitor.open(f"{server.url}/#network={id}")
    client.delete(f"/api/datasets/own/{own['id']}")
    live = server.networks.live[id]
    live.loaded_in = -2  # as after a restart: its worker has to make it again
    page.goto("about:blank")
    page.goto(server.url)
    page.wait_for_selector("body[data-ready]")
    visitor.until("s.network && s.network.spec.dataset.kind === 'spiral'")
    visitor.complaints.clear()  # the browser logs the refused request


def test_a_network_deleted_elsewhere_is_made_again_and_said(server, client, visitor) -> None:
    page = visitor.open(server.url)
    id = visitor.state("network.id")
    client.delete(f"/api/networks/{id}")
    page.wait_for_selector("#banner:has-text('made again')")
    visitor.until(f"s.network.id !== '{id}' && s.connection === 'live'")


def test_an_answer_that_comes_late_does_not_undo_what_is_known_since(
    server, visitor, client
) -> None:
    page = visitor.open(server.url)
    old = visitor.state("network")
    here = f"/api/networks/{old['id']}"
    late = []

    def slow(route) -> None:
        answer = route.fetch()
        if not late:  # what the first answer says is overtaken while it is on its way
            late.append(answer.json())
            client.patch(here, json={"dataset": {"kind": "moons"}})
            time.sleep(0.3)
        route.fulfill(response=answer)

    page.route(f"**{here}", slow)
    client.patch(here, json={"dataset": {"kind": "circle"}})
    visitor.until("s.dataset.kind === 'moons' && s.network.spec.dataset.kind === 'moons'")
    page.evaluate("(old) => glassbox.session.run.take(old)", late[0])
    assert visitor.state("network.spec.dataset.kind") == "moons"
    visitor.until("s.weights && s.picture")
