"""The text view: what is written and coloured, what is expected next as bars, text of one's own."""

import re
from typing import Any

import pytest

from .barriers import violations
from .conftest import Visitor
from .page import choose_data, reads, show_family

CHINESE = "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？人不知而不愠，不亦君子乎？" * 4


def settled(page: Any) -> str:
    page.wait_for_selector("#written[aria-busy=false]:not(:empty)")
    return page.evaluate("document.getElementById('written').textContent")


def learned(visitor: Visitor, kind: str = "zen", steps: str = "step 10") -> Any:
    choose_data(visitor, kind)
    page = visitor.page
    page.select_option("#step-kind", steps)
    page.click("#step")
    visitor.until("s.frame.step > 0 && !s.waiting", 60)
    return page


def percent(share: float) -> str:
    return f"{100 * share:.{1 if share < 0.0995 else 0}f}%"


def test_top_k_of_one_writes_what_greedy_writes(server, visitor) -> None:
    visitor.open(server.url)
    page = learned(visitor, steps="step 100")
    page.fill("#write-prompt", "Now is")
    page.fill("#write-length", "120")
    page.fill("#write-temperature", "0")
    page.click("#write")
    greedy = settled(page)
    page.fill("#write-temperature", "1.5")
    page.click("#write")
    assert settled(page) != greedy
    page.fill("#write-top-k", "1")
    page.click("#write")
    assert settled(page) == greedy
    assert len(greedy) == 126


def test_the_bars_are_what_the_api_says_of_the_next_character(server, client, visitor) -> None:
    visitor.open(server.url)
    page = learned(visitor)
    page.fill("#write-prompt", "Beautiful is bett")
    url = f"/api/networks/{visitor.state('network.id')}/next"
    for temperature, top_k in ((0.5, None), (2.0, 3), (0.0, None), (1.3, 1)):
        page.fill("#write-temperature", str(temperature))
        page.fill("#write-top-k", "" if top_k is None else str(top_k))
        asked = {"prompt": "Beautiful is bett", "temperature": temperature, "top_k": top_k}
        said = client.post(url, json=asked).json()["characters"]
        rows = [(c["name"], percent(c["probability"]), percent(c["drawn"])) for c in said[:6]]
        rest = [sum(c[what] for c in said[6:]) for what in ("probability", "drawn")]
        expected = [list(row) for row in (*rows, ("others", *map(percent, rest)))]
        page.wait_for_function(
            """(rows) => JSON.stringify(rows) === JSON.stringify([...document.querySelectorAll('#expected tbody tr')].map(
                (row) => [0, 2, 3].map((i) => row.cells[i].textContent)))""",
            arg=expected,
        )
        # The bars are as long as their figures say.
        for k, one in enumerate(said[:6]):
            for kind, what in (("own", "probability"), ("drawn", "drawn")):
                bar = page.locator(f"#expected tbody tr:nth-child({k + 1}) .bar.{kind}")
                width = float(bar.evaluate("(e) => e.style.width").rstrip("%"))
                assert width == pytest.approx(100 * one[what], abs=0.01)
    reads(page, "#write-readout", "Next after “␣is␣bett”")


def test_what_is_written_is_coloured_by_its_surprise_and_read_by_pointer_and_keys(
    server, client, visitor
) -> None:
    visitor.open(server.url)
    page = learned(visitor)
    page.fill("#write-prompt", "The")
    page.fill("#write-length", "80")
    page.click("#write")
    text = settled(page)
    url = f"/api/networks/{visitor.state('network.id')}/surprise"
    said = client.post(url, json={"text": text}).json()["characters"]
    shades = page.locator("#written [data-at]").evaluate_all("(all) => all.map((e) => e.className)")
    for shade, one in zip(shades, said[3:], strict=True):
        assert abs(int(shade[1:]) - min(6, one["bits"])) <= 0.51
    page.focus("#written")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    read = page.inner_text("#write-readout")
    assert re.match(
        rf"{re.escape(said[4]['name'])}: p = [\d.e−-]+, {said[4]['bits']:.1f} bits", read
    ), read
    assert read.split(".")[0] in page.text_content("#live")
    assert page.locator("#written .chosen").get_attribute("data-at") == "1"
    page.keyboard.press("Escape")
    page.wait_for_selector("#write-readout:has-text('Next after')")
    page.hover('#written [data-at="5"]')
    page.wait_for_selector("#write-readout:has-text('when it was written')")
    # A line's end is seen, and yet no character of what is copied.
    ends = page.locator("#written [data-name='⏎']").all_text_contents()
    assert set(ends) <= {"\n"}


def test_it_writes_anew_while_it_learns_until_it_is_stopped(server, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "zen")
    reads(page, "#written", "")  # nothing has been learned
    page.click("#play")
    page.wait_for_function("() => document.querySelectorAll('#written [data-at]').length === 200")
    first = page.text_content("#written")
    page.wait_for_function(
        "(first) => ![first, ''].includes(document.getElementById('written').textContent)",
        arg=first,
    )
    before = visitor.state("frame.step")
    visitor.until(f"s.frame.step > {before} && s.frame.state === 'playing'")
    page.uncheck("#write-live")
    page.wait_for_timeout(300)  # what was under way is cancelled
    stays = page.text_content("#written")
    step = visitor.state("frame.step")
    visitor.until(f"s.frame.step > {step} + 40", 30)
    assert page.text_content("#written") == stays
    page.click("#play")


def test_chinese_is_pasted_learned_and_continued(server, client, visitor) -> None:
    page = visitor.open(server.url)
    show_family(visitor, "own_text")
    page.click('[data-kind="own_text"]')
    page.wait_for_selector("#text-dialog[open]")
    page.evaluate("(text) => navigator.clipboard.writeText(text)", CHINESE + "\r\ncafe\u0301")
    page.focus("#text-own")
    page.keyboard.press("Control+V")
    page.wait_for_selector("#text-counted:has-text('composed')")
    different = len(set(CHINESE + "\ncafé"))
    assert page.inner_text("#text-counted") == (
        f"{len(CHINESE) + 5} characters, {different} different ones. "
        "Brought to one form: 1 line ends (LF), 1 characters composed (NFC)."
    )
    page.click("#text-form button.primary")
    visitor.until("s.network.spec.dataset.kind === 'own_text' && s.dataset.kind === 'own_text'", 30)
    data = client.get(f"/api/networks/{visitor.state('network.id')}/dataset").json()
    assert data["one_form"]["composed"] == 1
    before = visitor.until("s.frame.loss")
    page.select_option("#step-kind", "step 100")
    page.click("#step")
    visitor.until(f"s.frame.step === 100 && !s.waiting && s.frame.loss < {before} / 2", 60)
    page.fill("#write-prompt", "不亦")
    page.fill("#write-length", "40")
    page.fill("#write-temperature", "0.2")
    page.click("#write")
    text = settled(page)
    assert text.startswith("不亦")
    assert set(text) <= set(CHINESE + "\ncafé")
    page.focus("#written")
    page.keyboard.press("Home")
    assert re.match(r"\S \(U\+[0-9A-F]{4}\): p = ", page.inner_text("#write-readout"))
    # A comma that looks alike is no comma of the text.
    page.fill("#write-prompt", "不亦,")
    page.click("#write")
    page.wait_for_selector(
        "#write-problem:has-text(', (U+002C) does not occur in the data. It has ， (U+FF0C)')"
    )
    visitor.complaints.clear()  # the console names the 422
    for own in client.get("/api/datasets").json():
        client.delete(f"/api/datasets/own/{own['id']}")


def test_the_dialog_names_what_is_no_text_before_anything_is_sent(server, visitor) -> None:
    page = visitor.open(server.url)
    show_family(visitor, "own_text")
    page.click('[data-kind="own_text"]')
    page.wait_for_selector("#text-dialog[open]")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    for text, says in (
        ("", "There is no text yet"),
        ("  \n ", "There is no text yet"),
        ("字", "The text has 1 characters, but at least 33 are needed"),
        ("ab" * 10_001, "20,002 characters, but at most 20,000"),
    ):
        page.fill("#text-own", text)
        page.click("#text-form button.primary")
        page.wait_for_selector(f"#text-problem:has-text('{says}')")
    assert not {"POST", "PATCH"} & set(sent)
    page.fill("#text-own", "字" * 500)
    page.click("#text-form button.primary")
    page.wait_for_selector("#text-problem:has-text('over and over')")
    visitor.complaints.clear()  # the console names the 422


def test_bad_settings_are_answered_where_they_stand(server, visitor) -> None:
    visitor.open(server.url)
    page = learned(visitor)
    page.wait_for_selector("#expected .number:has-text('%')")
    place = "document.getElementById('expected').offsetTop"
    before = page.evaluate(place)
    page.fill("#write-prompt", "a\u200b")
    page.click("#write")
    page.wait_for_selector("#write-problem:has-text('U+200B does not occur')")
    assert page.evaluate(place) == before  # a message moves nothing
    visitor.complaints.clear()  # the console names the 422
    page.fill("#write-prompt", "a")
    page.fill("#write-top-k", "5000")
    page.click("#write")
    assert page.evaluate("document.querySelector('#write-top-k').validity.rangeOverflow")


def test_no_text_is_asked_of_data_that_are_being_changed(server, visitor) -> None:
    visitor.open(server.url)
    page = learned(visitor)
    held: list[Any] = []

    def hold(route: Any) -> None:
        if route.request.method == "PATCH":
            held.append(
                (route, route.fetch())
            )  # done on the server, and the page has not heard of it
        else:
            route.continue_()

    page.route("**/api/networks/*", hold)
    show_family(visitor, "moons")
    page.click('[data-kind="moons"]')
    while not held:
        page.wait_for_timeout(20)
    page.fill("#write-prompt", "Now")
    page.wait_for_timeout(300)
    [(route, answer)] = held
    route.fulfill(response=answer)
    visitor.until("s.dataset.kind === 'moons' && s.picture")


@pytest.mark.parametrize(("language", "width"), [("en-US", 1440), ("zh-CN", 390)])
def test_the_text_view_is_accessible(browser, server, language, width) -> None:
    visitor = Visitor(browser, viewport={"width": width, "height": 900}, locale=language)
    page = visitor.open(server.url)
    learned(visitor)
    page.click("#write")
    settled(page)
    assert violations(page) == []
    inside = page.evaluate(
        "[...document.querySelectorAll('#writing *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.written, .write-said')).length"
    )
    assert inside == 0
    visitor.context.close()
    assert not visitor.complaints
