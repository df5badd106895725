"""The page as a student uses it: open it, press play, watch."""

import numpy as np
import pytest

from .page import choose, choose_data, drawn, open_preset, says, show_family


def test_open_press_play_and_the_loss_falls(server, visitor) -> None:
    page = visitor.open(server.url)
    assert page.title() == "Glassbox — watch a neural network learn"
    before = visitor.state("frame.loss")
    page.click("#play")
    visitor.until("s.frame.step > 600")
    page.click("#play")
    visitor.until("s.frame.state === 'paused'")
    assert visitor.state("frame.loss") < 0.9 * before
    assert visitor.state("history.step.length") > 10
    assert int(page.inner_text("#count-step").replace(",", "")) == visitor.state("frame.step")
    says(page, "#figures", "accuracy")
    page.click("#of-confused")
    page.wait_for_selector("#confusion td")
    assert page.locator("#confusion td").count() == 10


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"dataset": {"kind": "circle"}, "loss": "binary_cross_entropy", "layers": [{"units": 5, "activation": "gelu"}]},
        {"dataset": {"kind": "ripple"}, "loss": "mse", "features": ["x1", "x2", "sin_x1", "x1_x2", "x2_squared"],
         "layers": [{"units": 7, "activation": "swish"}, {"units": 6, "activation": "softplus"}]},
        {"dataset": {"kind": "xor"}, "loss": "hinge", "layers": [{"units": 6, "activation": "elu"}, {"units": 3, "activation": "sin"}]},
        {"dataset": {"kind": "blobs"}, "layers": [{"units": 9, "activation": "leaky_relu"}, {"units": 3, "activation": "sigmoid"}]},
        {"dataset": {"kind": "sine"}, "loss": "huber", "layers": [{"units": 9, "activation": "relu"}, {"units": 4, "activation": "linear"}]},
        {"dataset": {"kind": "article_linear"}, "loss": "mse", "layers": []},
    ],
    ids=lambda spec: spec.get("dataset", {}).get("kind", "default"),
)  # fmt: skip
def test_the_browsers_plane_is_the_servers_boundary(server, client, visitor, spec) -> None:
    made = client.post("/api/networks", json=spec).json()
    url = f"/api/networks/{made['id']}"
    client.post(f"{url}/train", json={"steps": 400})
    visitor.page.goto(f"{server.url}/#network={made['id']}")
    visitor.page.wait_for_selector("body[data-ready]")
    visitor.until("s.picture && s.frame.step === 400")
    ours = np.array(visitor.page.evaluate("glassbox.boundary(41)"), float)
    theirs = np.array(client.get(f"{url}/boundary?resolution=41").json()["outputs"])
    assert ours.shape == theirs.shape
    scale = max(1.0, np.abs(theirs).max())
    assert np.abs(ours - theirs).max() < 1e-4 * scale


def test_page_and_notebook_drive_the_same_network(server, client, visitor) -> None:
    page = visitor.open(server.url)
    id = visitor.state("network.id")
    client.post(f"/api/networks/{id}/train", json={"steps": 40})
    visitor.until("s.frame.step === 40")
    client.patch(f"/api/networks/{id}", json={"layers": [{"units": 3, "activation": "relu"}]})
    visitor.until(
        "s.network.layers.length === 2 && s.weights && s.weights.length === s.network.parameters"
    )
    page.click("#step")
    visitor.until("s.frame.step === 1")
    assert client.get(f"/api/networks/{id}").json()["step"] == 1


def test_every_dataset_opens_with_a_loss_that_fits(server, visitor) -> None:
    page = visitor.open(server.url)
    for kind in page.evaluate(
        "glassbox.store.state.catalog.datasets.filter((d) => d.preview).map((d) => d.name)"
    ):
        choose_data(visitor, kind)
        # Images, sequences and text: test_kinds.py.
        visitor.until(
            "s.look || s.picture && s.weights && s.picture.train.length === s.dataset.inputs.length * s.network.layers.at(-1).units"
        )
        assert page.locator("#banner.bad:not([hidden])").count() == 0


def test_new_points_leave_one_where_one_is_looking(server, client, visitor) -> None:
    page = visitor.open(server.url)
    id = visitor.state("network.id")
    page.click('[data-family="image"]')
    page.wait_for_selector('[data-kind="digits"]')
    page.evaluate("was = glassbox.store.state.dataset")
    client.patch(f"/api/networks/{id}", json={"dataset": {"noise": 0.3}})
    visitor.until("s.network.spec.dataset.noise === 0.3 && s.dataset !== was")
    drawn(page)
    assert page.get_attribute('[data-family="image"]', "aria-selected") == "true"
    # Other data bring their family along.
    client.patch(f"/api/networks/{id}", json={"dataset": {"kind": "iris"}})
    page.wait_for_selector('[data-family="table"][aria-selected="true"]')


@pytest.mark.parametrize("name", ["article_bp", "article_linear", "article_pairs"])
def test_a_preset_is_one_click(server, visitor, name) -> None:
    page = visitor.open(server.url)
    open_preset(visitor, name)
    expected = page.evaluate(
        f"glassbox.store.state.catalog.presets.find((p) => p.name === '{name}').spec.dataset.kind"
    )
    visitor.until(f"s.network.spec.dataset.kind === '{expected}' && s.frame.step === 0")
    page.select_option("#step-kind", "step 100")
    before = visitor.state("frame.loss")
    page.click("#step")
    visitor.until("s.frame.step === 100")
    assert visitor.state("frame.loss") < before


def test_a_pasted_table_is_learned_and_shown_on_its_plane(server, visitor) -> None:
    page = visitor.open(server.url)
    show_family(visitor, "iris")
    page.click("#upload")
    page.click("#upload-form button[type=submit]")
    says(page, "#upload-problem", "Choose a file or paste")
    page.fill("#upload-text", "1,2\n3")
    page.click("#upload-form button[type=submit]")
    page.wait_for_selector("#upload-problem:has-text('Line 2 has 1 cells')")
    rng = np.random.default_rng(0)
    rows = [
        f"{a:.3f},{b:.3f},{c:.3f},{'yes' if a > b else 'no'}"
        for a, b, c in rng.normal(size=(80, 3))
    ]
    page.fill("#upload-text", "a,b,c,label\n" + "\n".join(rows))
    visitor.complaints.clear()  # the browser logs the refused uploads above
    page.click("#upload-form button[type=submit]")
    visitor.until("s.dataset.view === 'table' && s.network.inputs.length === 3")
    page.wait_for_selector("#upload-dialog", state="hidden")
    page.select_option("#step-kind", "epoch 10")
    for _ in range(4):
        page.click("#step")
        visitor.until("!s.waiting")
    visitor.until("s.frame.metrics.accuracy > 0.85")


def test_activation_curves_have_the_live_points_of_every_unit(server, visitor) -> None:
    page = visitor.open(server.url)
    assert page.locator("#curves figure").count() == 8
    visitor.until("s.picture.z && s.picture.z.length === 8 * 96")
    page.select_option("#curve-layer", "3")
    visitor.until("s.picture.layer === 3 && s.picture.z.length === 3 * 96")
    assert page.locator("#curves figure").count() == 3
    id = visitor.state("network.id")
    z = visitor.page.evaluate(f"""async () => {{
      const rows = glassbox.store.state.dataset.inputs.slice(0, 96);
      const r = await fetch('/api/networks/{id}/activations', {{method: 'POST', body: JSON.stringify({{inputs: rows}}),
        headers: {{'Content-Type': 'application/json'}}}});
      return (await r.json()).output.z;
    }}""")
    ours = np.array(visitor.page.evaluate("Array.from(glassbox.store.state.picture.z)")).reshape(
        3, 96
    )
    np.testing.assert_allclose(ours.T, z, atol=1e-4)


def test_divergence_is_explained_and_offers_a_way_out(server, client, visitor) -> None:
    spec = {"dataset": {"kind": "slope"}, "loss": "mse", "optimizer": {"learning_rate": 1e5},
            "layers": [{"units": 6, "activation": "relu"}]}  # fmt: skip
    id = client.post("/api/networks", json=spec).json()["id"]
    page = visitor.open(f"{server.url}/#network={id}")
    page.click("#play")
    page.wait_for_selector("#banner:has-text('diverged')")
    assert page.is_disabled("#play")
    page.click('#banner [data-action="halveRate"]')
    visitor.until("s.network.spec.optimizer.learning_rate === 50000")
    page.wait_for_selector("#play:not([disabled])")


def test_every_optimizer_has_its_controls_and_trains(server, visitor) -> None:
    page = visitor.open(server.url)
    page.select_option("#step-kind", "step 10")
    kinds = page.evaluate("glassbox.store.state.catalog.optimizers.map((o) => o.name)")
    assert len(kinds) >= 11
    for kind in kinds:
        if kind != visitor.state("network.spec.optimizer.kind"):
            choose(visitor, "Optimizer", kind)
        visitor.until(f"s.network.spec.optimizer.kind === '{kind}'")
        step = visitor.state("frame.step")
        page.click("#step")
        visitor.until(f"s.frame.step === {step + 10} && !s.waiting")
        assert "tip." not in page.inner_text("#settings")
        assert page.locator("#settings input:invalid").count() == 0
    assert page.locator("#banner.bad:not([hidden])").count() == 0


def test_values_are_told_as_r_squared_not_as_accuracy(server, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "slope")
    visitor.until("s.dataset.task === 'regression' && 'r2' in s.frame.metrics")
    page.wait_for_selector("#figures:has-text('R²')")
    assert "accuracy" not in page.inner_text("#figures")
