"""The dialog for one's own table shows what was understood before it is taken, and lets it be said otherwise."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .barriers import violations
from .page import says

TABLES = Path(__file__).parent.parent / "tables"
TEN = (
    "windows-1252.csv", "gb18030.csv", "index.csv", "counted-header.csv", "quoted-header.csv",
    "decimal-commas.csv", "pairs.csv", "words.csv", "many-missing.csv", "tabs-with-commas.tsv",
)  # fmt: skip


def opened(visitor, url: str):
    page = visitor.open(url)
    page.click('[data-family="table"]')
    page.click("#upload")
    page.wait_for_selector("#upload-dialog[open]")
    return page


def choose(page, name: str) -> None:
    with page.expect_response(lambda answer: "dry_run=true" in answer.url):
        page.set_input_files("#upload-file", TABLES / name)
    expect(page.locator("#upload-dialog")).not_to_have_attribute("aria-busy", "true")


def field(page, label: str):
    return page.locator(f'#upload-understood [data-name="{label}"]')


def test_ten_files_are_shown_as_they_are_understood(server, visitor) -> None:
    page = opened(visitor, server.url)
    for name in TEN:
        wanted = json.loads((TABLES / f"{name}.json").read_text())
        choose(page, name)
        if "target" in wanted:
            expect(field(page, "To predict")).to_have_value(wanted["target"])
        if "separator" in wanted:
            expect(field(page, "Separator")).to_have_value(wanted["separator"])
        if "decimal" in wanted:
            expect(field(page, "Decimals")).to_have_value(wanted["decimal"])
        if "header" in wanted:
            expect(field(page, "First row")).to_have_value(str(wanted["header"]).lower())
        if "encoding" in wanted:
            expect(field(page, "Encoding")).to_have_value(wanted["encoding"])
        if "missing" in wanted:
            expect(field(page, "Empty cells")).to_have_value(wanted["missing"])
        if "inputs" in wanted:
            says(page, ".table-sum", f"{len(wanted['inputs'])} inputs → ")
        for one in wanted.get("classes", []):
            says(page, ".table-sum", one)
        if "notes" in wanted:
            assert page.locator(".table-notes li").count() == len(wanted["notes"])
        assert page.locator("#upload-problem").inner_text() == ""


def test_what_is_in_doubt_is_asked_and_what_was_said_is_taken(server, visitor) -> None:
    page = opened(visitor, server.url)
    choose(page, "word-among-numbers.csv")
    says(page, "#upload-problem", "Line 4, column 2")
    field(page, "What grade holds").focus()
    field(page, "What grade holds").select_option("category")
    says(page, ".table-sum", "Classes: 1 2, 2 2, other 1.")
    assert page.evaluate("document.activeElement.dataset.name") == "What grade holds"
    assert page.locator("#upload-problem").inner_text() == ""
    assert violations(page, "#upload-dialog") == []
    choose(page, "words.csv")
    field(page, "To predict").select_option("age")
    says(page, ".table-sum", "→ age")
    field(page, "What colour holds").select_option("ignored")
    says(page, ".table-sum", "2 inputs → age")
    page.click("#upload-form [type=submit]")
    visitor.until("s.dataset.kind === 'own' && s.network.spec.dataset.kind === 'own'")
    assert visitor.state("dataset.columns") == ["sex=m", "survived=yes"]
    assert visitor.state("dataset.task") == "regression"
    page.wait_for_selector("#upload-dialog", state="hidden")


def test_a_file_is_dropped_anywhere(server, visitor) -> None:
    page = visitor.open(server.url)
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(['a,b\\n1,2.5\\n2,3.5\\n'], 'dropped.csv', { type: 'text/csv' }));
          document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
        }"""
    )
    says(page, ".table-sum", "2 samples of 1 inputs → b")
    says(page, ".drop .hint", "dropped.csv")


@pytest.mark.parametrize(("width", "locale"), [(390, "zh-CN"), (1440, "zh-CN")])
def test_it_fits_and_speaks_the_language(server, browser, width, locale) -> None:
    from .conftest import Visitor

    visitor = Visitor(browser, viewport={"width": width, "height": 844}, locale=locale)
    page = opened(visitor, server.url)
    choose(page, "words.csv")
    page.wait_for_selector(".table-sum:visible")
    wide = page.evaluate("document.getElementById('upload-dialog').scrollWidth")
    assert wide <= page.evaluate("document.getElementById('upload-dialog').clientWidth")
    assert violations(page, "#upload-dialog") == []
    text = page.locator("#upload-dialog").inner_text()
    assert "reading." not in text
    assert "left out" not in text
    visitor.context.close()
    assert not visitor.complaints
