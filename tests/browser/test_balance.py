"""Classes that are not alike in number: a switch, and the accuracy that counts them alike."""

from .page import choose_data

POINTS = [[-1.0 - 0.01 * i, 0.5, 0.0] for i in range(60)] + [
    [1.0 + 0.01 * i, -0.5, 1.0] for i in range(6)
]


def test_classes_are_weighted_and_their_accuracy_seen(server, client, visitor) -> None:
    drawn = {"kind": "drawn", "points": POINTS, "test_fraction": 0.0}
    made = client.post("/api/networks", json={"dataset": drawn, "layers": [{"units": 3}]}).json()
    page = visitor.open(f"{server.url}/#network={made['id']}")
    visitor.until("s.dataset.unbalanced")
    page.wait_for_selector("#figures > :nth-child(2) div:has-text('balanced')")
    page.click("#step")
    visitor.until("s.frame.step >= 1 && !s.waiting")
    shown = page.locator("#figures > :nth-child(2) div")
    value = visitor.state("frame.metrics.balanced_accuracy")
    assert shown.inner_text() == f"balanced {100 * value:.1f}%"
    before = visitor.state("frame.loss")
    page.click("#more")
    page.get_by_label("All classes weigh the same").check()
    visitor.until(f"s.network.spec.class_weight === 'balanced' && s.frame.loss !== {before}")
    page.wait_for_selector("#more-now:has-text('Class weights')")
    page.keyboard.press("Escape")
    # As many of each class: nothing to be said. And values have no classes.
    choose_data(visitor, "circle")
    visitor.until("s.dataset.classes === 2 && !s.dataset.unbalanced")
    page.wait_for_function("!document.querySelector('#figures div div')")
    page.click("#more")
    box = page.get_by_label("All classes weigh the same")
    box.check()
    visitor.until("s.network.spec.class_weight === 'balanced'")
    page.keyboard.press("Escape")
    choose_data(visitor, "sine")
    visitor.until("s.dataset.classes === 0 && s.network.spec.class_weight === 'none'")
    page.click("#more")
    assert not box.is_visible()
