"""A curve of one's own is drawn, learned, erased, undone, and kept when other data takes its place."""

from .page import choose_data, says


def test_a_curve_is_drawn_by_pointer_and_keys_erased_undone_and_kept(server, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "drawn_curve")
    says(page, "#plane-readout", "There are no points yet")
    page.wait_for_selector('#plane[data-drawn] ~ #curve-brushes [aria-pressed=true]:text-is("Draw"), #curve-brushes [aria-pressed=true]:text-is("Draw")')  # fmt: skip
    page.wait_for_function("() => glassbox.store.state.picture?.curve")
    box = page.locator("#plane").bounding_box()
    place = lambda x, y: (box["x"] + x * box["width"], box["y"] + y * box["height"])  # noqa: E731
    # A stroke from the left to the right: its points lie in that order, in the plot's units.
    page.mouse.move(*place(0.3, 0.3))
    page.mouse.down()
    page.mouse.move(*place(0.6, 0.5), steps=12)
    page.mouse.move(*place(0.9, 0.2), steps=12)
    page.mouse.up()
    visitor.until("s.dataset.samples >= 15 && s.network.spec.dataset.points.length === s.dataset.samples")  # fmt: skip
    points = visitor.state("network.spec.dataset.points")
    assert [u for u, _ in points] == sorted(u for u, _ in points)
    assert -3 < points[0][0] < points[-1][0] < 3.2
    assert min(v for _, v in points) < points[0][1] < points[-1][1] < 2.5
    # They are learned.
    page.click("#play")
    visitor.until("s.frame.step > 50")
    page.click("#play")
    says(page, "#live", "step ")  # what a pause says is not said over what follows
    # Keys: a cross that moves, Enter draws under it, Delete erases it.
    page.focus("#plane")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowDown")
    says(page, "#live", f"{len(points)} points")
    page.keyboard.press("Enter")
    visitor.until(f"s.network.spec.dataset.points.length === {len(points) + 1}")
    page.keyboard.press("Delete")
    visitor.until(f"s.network.spec.dataset.points.length === {len(points)}")
    # The eraser takes the end away; undo brings it back.
    page.click('#curve-brushes [data-name="curve erase"]')
    page.mouse.move(*place(0.9, 0.2))
    page.mouse.down()
    page.mouse.up()
    visitor.until(f"s.network.spec.dataset.points.length < {len(points)}")
    page.keyboard.press("Control+z")
    visitor.until(f"s.network.spec.dataset.points.length === {len(points)}")
    # Other data takes its place: it is among the curves from then on.
    choose_data(visitor, "sine")
    page.wait_for_selector("#thumbs .own")
    assert page.locator("#curve-brushes").is_hidden()
    page.click("#thumbs .own .thumb")
    visitor.until(f"s.dataset.kind === 'drawn_curve' && s.dataset.samples === {len(points)}")
    assert visitor.state("network.spec.dataset.points") == points
