"""One's own tables, drawings and texts stay in the gallery until they are deleted."""

import pathlib

from ..serving import wait_for
from .page import choose_data, says, show_family

TABLE = "height,width,kind\n" + "\n".join(f"{i},{i * i % 17},{'ab'[i % 2]}" for i in range(40))
WIDE = "a,b,c,kind\n" + "\n".join(f"{i},{i % 5},{i % 7},{'ab'[i % 2]}" for i in range(40))
RHYME = "row, row, row your boat, gently down the stream\n" * 10
POINTS = [[0.5, 0.5, 0], [-0.5, -0.5, 1], [0.1, -0.2, 1]]


def upload(visitor, csv: str) -> None:
    visitor.page.click('[data-family="table"]')
    visitor.page.click("#upload")
    visitor.page.fill("#upload-text", csv)
    visitor.page.click("#upload-form [type=submit]")
    visitor.until("s.dataset.kind === 'own'")


def keep(page, body):
    return page.evaluate("""async (body) => (await fetch('/api/datasets', { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } })).json()""", body)  # fmt: skip


def kept(page):
    return page.evaluate("async () => (await fetch('/api/datasets')).json()")


def own_cards(visitor) -> list[str]:
    return visitor.page.locator("#thumbs .own .thumb").all_inner_texts()


def checked(visitor) -> list[str]:
    return visitor.page.locator("#thumbs [aria-checked=true]").all_inner_texts()


def test_a_table_stays_is_chosen_again_by_keyboard_and_deleted(server, visitor) -> None:
    page = visitor.open(server.url)
    upload(visitor, WIDE)
    page.wait_for_selector("#thumbs .own [aria-checked=true]")
    table = visitor.state("network.spec.dataset.id")
    choose_data(visitor, "iris")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    show_family(visitor, "iris")
    page.focus(f'[data-own="{table}"]')
    page.keyboard.press("Enter")
    visitor.until(f"s.network.spec.dataset.id === '{table}' && s.dataset.kind === 'own'")
    assert checked(visitor) == own_cards(visitor) == ["own table"]
    # Deleting says who loses by it, and may be thought over.
    page.get_by_role("button", name="Delete “own table”").click()
    page.wait_for_selector("#forget-dialog[open]")
    says(page, "#forget-text", "1 of the networks")
    page.click("#forget-no")
    assert own_cards(visitor) == ["own table"]
    page.get_by_role("button", name="Delete “own table”").click()
    page.click("#forget-yes")
    page.wait_for_selector("#thumbs .own", state="detached")
    says(page, "#thumbs", "stays here until you delete it")
    says(page, "#banner", "“own table” was deleted.")
    page.click("#banner [data-action=takeBack]")
    page.wait_for_selector("#thumbs .own [aria-checked=true]")
    assert page.evaluate("document.activeElement.dataset.own") == table
    assert page.locator("#banner").is_hidden()


def test_a_card_is_renamed_saved_and_deleted_by_keys(server, client, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "iris")
    text = {"name": "rhyme", "dataset": {"kind": "own_text", "text": RHYME}}
    table = keep(page, {"csv": WIDE, "name": "old =name"})
    keep(page, text)
    page.reload()
    page.wait_for_selector("body[data-ready]")
    show_family(visitor, "iris")
    card = f'[data-own="{table["id"]}"]'
    page.focus(card)
    page.keyboard.press("F2")
    box = page.get_by_role("textbox", name="Rename “old =name”")
    assert box.input_value() == "old =name"
    # Escape leaves it as it was; nothing is asked of the server.
    page.keyboard.type("lost")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.own") == table["id"]
    assert own_cards(visitor) == ["old =name"]
    # An empty name is none, an arrow key goes through letters, Enter keeps.
    page.keyboard.press("F2")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    assert box.get_attribute("aria-invalid") == "true"
    page.keyboard.type("nw")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("e")
    page.keyboard.press("Enter")
    page.wait_for_selector("#thumbs .own :text-is('new')")
    page.wait_for_function("(id) => document.activeElement.dataset.own === id", arg=table["id"])
    assert [one["name"] for one in kept(page)] == ["rhyme", "new"]
    # Its file, which is read as the same table.
    page.hover(card)
    with page.expect_download() as download:
        page.get_by_label("Save “new” as CSV").click()
    assert download.value.suggested_filename == "new.csv"
    lines = pathlib.Path(download.value.path()).read_text().splitlines()
    assert lines[:2] == ['"a","b","c","kind"', '0,0,0,"a"']
    # No network loses by it: it goes at once, and the next card is at hand.
    page.focus(card)
    page.keyboard.press("Delete")
    page.wait_for_selector("#thumbs .own", state="detached")
    says(page, "#banner", "“new” was deleted.")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "radio"
    assert [one["name"] for one in kept(page)] == ["rhyme"]
    page.wait_for_timeout(6500)  # other notes are gone by now
    page.click("#banner [data-action=takeBack]")
    page.wait_for_selector(card)
    page.click('[data-family="text"]')
    with page.expect_download() as download:
        page.hover("#thumbs .own")
        page.get_by_label("Save “rhyme” as a text file").click()
    assert pathlib.Path(download.value.path()).read_text() == RHYME


def test_a_table_of_two_columns_is_among_the_planes(server, visitor) -> None:
    page = visitor.open(server.url)
    upload(visitor, TABLE)
    page.wait_for_selector('[data-family="plane"][aria-selected=true]')
    assert checked(visitor) == own_cards(visitor) == ["own table"]


def test_a_drawing_is_kept_when_other_data_takes_its_place(server, client, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "drawn")
    page.evaluate("(points) => glassbox.session.patch((now) => ({ dataset: { ...now.dataset, points } }), 'points')", POINTS)  # fmt: skip
    visitor.until("s.dataset.samples === 3")
    choose_data(visitor, "moons")
    page.wait_for_selector("#thumbs .own")
    assert own_cards(visitor) == ["drawing, 3 points"]
    page.click("#thumbs .own .thumb")
    visitor.until("s.network.spec.dataset.kind === 'drawn' && s.dataset.samples === 3")
    assert visitor.state("network.spec.dataset.points") == POINTS
    page.wait_for_selector("#thumbs .own [aria-checked=true]")
    # Going away again keeps nothing twice; what is kept is not the one to draw anew on.
    choose_data(visitor, "drawn")
    visitor.until("s.dataset.samples === 0")
    choose_data(visitor, "moons")
    assert own_cards(visitor) == ["drawing, 3 points"]


def test_a_text_stays_under_its_first_words(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click('[data-family="text"]')
    page.click('[data-kind="own_text"]')
    page.fill("#text-own", RHYME)
    page.click("#text-form [type=submit]")
    page.wait_for_selector("#thumbs .own [aria-checked=true]")
    assert own_cards(visitor) == ["row, row, row your boat,"]
    choose_data(visitor, "zen")
    page.click("#thumbs .own .thumb")
    visitor.until("s.network.spec.dataset.kind === 'own_text'")
    assert visitor.state("network.spec.dataset.text") == RHYME


def test_what_is_deleted_elsewhere_is_said_and_goes(server, visitor) -> None:
    page = visitor.open(server.url)
    upload(visitor, WIDE)
    page.wait_for_selector("#thumbs .own [aria-checked=true]")
    table = visitor.state("network.spec.dataset.id")
    choose_data(visitor, "iris")
    store = server.networks.store
    store.forget_data(table)
    page.click("#thumbs .own .thumb")
    page.wait_for_selector("#banner:has-text('no longer on the server')")
    page.wait_for_selector("#thumbs .own", state="detached")
    visitor.complaints.clear()  # the browser logs the 404
    wait_for(lambda: visitor.state("dataset.kind") == "iris")


def test_a_list_that_does_not_come_is_said_and_asked_for_again(server, visitor) -> None:
    visitor.page.route("**/api/datasets", lambda route: route.abort())
    page = visitor.open(server.url)
    page.click('[data-family="table"]')
    page.wait_for_selector("#thumbs :text('could not be listed')")
    visitor.complaints.clear()
    page.unroute("**/api/datasets")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector("#thumbs :text('stays here until you delete it')")


def test_the_plane_of_two_columns_is_read_in_their_own_units(server, visitor) -> None:
    rows = [f"{150 + 4 * i},{50 + 3 * (i % 7)},{'tall' if i > 9 else 'small'}" for i in range(20)]
    page = visitor.open(server.url)
    upload(visitor, "\n".join(["height,weight,size", *rows]))
    visitor.until("s.dataset.kind === 'own' && s.picture?.plane")
    box = page.locator("#plane").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.45)
    page.wait_for_function(
        "() => document.getElementById('plane-readout').textContent.includes('→')"
    )
    words = page.text_content("#plane-readout").split()
    assert (words[0], words[2]) == ("height", "weight")
    assert 150 < float(words[1]) < 226
    assert 50 < float(words[3]) < 68


def test_a_single_column_is_an_axis_in_its_own_units(server, visitor) -> None:
    page = visitor.open(server.url)
    upload(visitor, "length,kind\n" + "\n".join(f"{100 + i},{'ab'[i > 20]}" for i in range(40)))
    says(page, "#plane-readout", "the height only sets the samples apart")
    box = page.locator("#plane").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function(
        r"() => /^length 1[0-4][\d.]+ → /.test(document.getElementById('plane-readout').textContent)"
    )
    assert "component" not in page.inner_text("#plane-readout")
    assert not visitor.complaints
