"""A series with its forecasts on the page: live, beside "as now", read by hand and by keys; and one of one's own."""

import math
from datetime import date, timedelta
from typing import Any

import pytest

from .page import choose_data, open_preset, says, show_family

DAYS = [date(2024, 1, 1) + timedelta(days=t) for t in range(120)]
CSV = "date,open,price\n" + "\n".join(
    f"{day},{t % 7},{100 + 5 * math.sin(t / 3):.3f}" for t, day in enumerate(DAYS)
)


def figure(page: Any, name: str) -> float:
    return float(page.inner_text(f'#forecast [data-figure="{name}"]').split()[0].rstrip("%"))


def shown(page: Any) -> None:
    page.wait_for_selector("#forecast[data-step]")


def at_rest(visitor: Any) -> int:
    """The free run is that of the step the network stands at."""
    visitor.until("s.frame.state !== 'playing'")
    step = visitor.state("frame.step")
    visitor.page.wait_for_selector(f'#forecast[data-step="{step}"]')
    return step


def test_the_error_falls_below_as_now_while_it_learns(server, client, visitor) -> None:
    page = visitor.open(server.url)
    open_preset(visitor, "price_lstm")
    shown(page)
    assert page.inner_text('[data-figure="better"]').endswith("worse")
    assert figure(page, "error") > figure(page, "asNowError")
    asked: list[int] = []
    flying = [0, 0]

    def sent(request: Any) -> None:
        if "/forecast?" in request.url:
            flying[0] += 1
            flying[1] = max(flying)
            asked.append(1)

    def came(request: Any) -> None:
        flying[0] -= "/forecast?" in request.url

    page.on("request", sent)
    page.on("requestfinished", came)
    page.click("#play")
    page.wait_for_selector('[data-figure="better"].better', timeout=15_000)
    before = len(asked)
    page.wait_for_timeout(2000)
    assert len(asked) - before >= 4
    page.click("#play")
    step = at_rest(visitor)
    assert flying[1] == 1
    found = client.get(f"/api/networks/{visitor.state('network.id')}/forecast?ahead=1").json()
    assert found["step"] == step
    errors = found["errors"]
    assert figure(page, "error") == pytest.approx(errors["rmse"], abs=6e-5)
    assert figure(page, "asNowError") == pytest.approx(errors["persistence_rmse"], abs=6e-5)
    share = 1 - errors["rmse"] / errors["persistence_rmse"]
    assert figure(page, "better") == round(share * 100) > 0


def test_a_place_says_its_window_and_what_is_said_of_it(server, client, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "sunspots")
    shown(page)
    visitor.until("s.look?.outputs.size > 50")
    chart = page.locator("#forecast-chart")
    box = chart.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5)
    page.wait_for_function("() => document.getElementById('forecast-readout').textContent.startsWith('year')")  # fmt: skip
    says(page, "#forecast-readout", "made of")
    # The same by keys, from the beginning of the free run on; the transport stays where it is.
    page.mouse.move(5, 5)
    chart.focus()
    step = visitor.state("frame.step")
    page.keyboard.press("ArrowRight")
    found = client.get(f"/api/networks/{visitor.state('network.id')}/forecast?ahead=20").json()
    first = found["test_first"]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    year = 1700 + first
    page.wait_for_function(f"() => document.getElementById('forecast-readout').textContent.startsWith('year {year}:')")  # fmt: skip
    said = chart.get_attribute("aria-valuetext")
    assert said == page.text_content("#forecast-readout")
    assert f"actual {found['direct']['truth'][0]:.3f}" in said
    assert f"as now {found['direct']['persistence'][0]:.3f}" in said
    assert f"forecast {found['direct']['forecast'][0]:.3f}" in said
    assert f"free run {found['free']['forecast'][0]:.3f}" in said
    assert f"made of {year - 24} to {year - 1}, 1 ahead" in said
    assert visitor.state("frame.step") == step
    # The band follows a slider that is turned, before anything is asked for.
    slider = page.locator('#data-fields [data-name="Window slider"]')
    slider.evaluate(
        "(e) => { e.value = 10; e.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    page.wait_for_function("(w) => document.getElementById('forecast-readout').textContent.includes(w)", arg=f"made of {year - 10} to {year - 1}")  # fmt: skip
    assert visitor.state("network.spec.dataset.window") == 24


def test_the_free_run_begins_where_one_drags_it(server, client, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "sunspots")
    shown(page)
    start = int(page.input_value("#forecast-from"))
    with page.expect_response(lambda r: f"from={start - 1}&" in r.url):
        page.locator("#forecast-from").press("ArrowLeft")
    assert page.locator("#forecast-from").get_attribute("aria-valuetext") == str(1700 + start - 1)
    box = page.locator("#forecast-chart").bounding_box()
    # Where a place lies is the chart's own business.
    place = """async (p) => { const { xOf } = await import('/static/js/charts/series.js');
      const { viewOf } = await import('/static/js/model/forecast.js'), d = glassbox.store.state.dataset;
      return xOf(document.getElementById('forecast-chart').clientWidth, viewOf(d, { window: 24, horizon: 1 }, p, false), p); }"""
    x = box["x"] + page.evaluate(place, start - 1)
    y = box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=4)
    page.mouse.up()
    assert int(page.input_value("#forecast-from")) > start + 5


@pytest.mark.parametrize(
    ("csv", "words"),
    [
        (CSV.replace("101.636", "dear"), "Line 3: column “price” says “dear”"),
        ("", "Choose a file or paste rows"),
        ("price\n5", "has 1 values"),
        ("price\n" + "5\n" * 60, "is 5 in all lines from 2 to 61"),
    ],
    ids=["a word", "empty", "one value", "constant"],
)
def test_what_is_no_series_says_where_and_is_not_lost(server, visitor, csv, words) -> None:
    page = visitor.open(server.url)
    show_family(visitor, "sines")
    page.click("#own-series")
    page.wait_for_selector("#series-dialog[open]")
    page.evaluate("(csv) => { const e = document.getElementById('series-text'); e.value = csv; e.dispatchEvent(new Event('input')); }", csv)  # fmt: skip
    page.click("#series-use")
    page.wait_for_selector("#series-problem:not(:empty)")
    says(page, "#series-problem", words)
    assert page.evaluate("document.getElementById('series-text').value.length") == len(csv)
    visitor.complaints.clear()  # the browser logs the 422


def test_a_file_of_ten_megabytes_is_refused_before_it_is_read(server, visitor) -> None:
    page = visitor.open(server.url)
    show_family(visitor, "sines")
    page.click("#own-series")
    page.fill("#series-text", CSV)
    large = {"name": "large.csv", "mimeType": "text/csv", "buffer": b"5.1234567\n" * 1_000_000}
    page.set_input_files("#series-file", large)
    page.wait_for_selector("#series-problem:not(:empty)")
    says(page, "#series-problem", "10.0 MB; at most 4 MB")
    assert page.input_value("#series-text") == CSV
    # A file of an older program is read as one.
    older = {"name": "o.csv", "mimeType": "text/csv", "buffer": "Bär;1\nBör;2\n".encode("cp1252")}
    page.set_input_files("#series-file", older)
    page.wait_for_function(
        "() => document.getElementById('series-text').value === 'Bär;1\\nBör;2\\n'"
    )


def test_ones_own_dates_stand_along_the_axis(server, visitor) -> None:
    page = visitor.open(server.url)
    show_family(visitor, "sines")
    page.click("#own-series")
    page.wait_for_selector("#series-dialog[open]")
    page.fill("#series-text", CSV)
    says(page, "#series-dialog", "“date” names the rows")
    page.click("#series-use")
    visitor.until("s.dataset.kind === 'own_series'")
    shown(page)
    page.wait_for_selector("#thumbs .own [aria-checked=true]")
    start = int(page.input_value("#forecast-from"))
    assert page.locator("#forecast-from").get_attribute("aria-valuetext") == str(DAYS[start])
    page.click("#play")
    page.wait_for_selector('[data-figure="better"].better', timeout=15_000)
    page.click("#play")
    at_rest(visitor)


def test_where_the_free_run_ends_before_the_series_it_says_so(server, client, visitor) -> None:
    spec = {"dataset": {"kind": "sines", "samples": 900, "window": 8, "horizon": 1}}
    made = client.post("/api/networks", json=spec).json()["id"]
    page = visitor.page
    page.goto(f"{server.url}/#network={made}")
    page.wait_for_selector("body[data-ready]")
    shown(page)
    said = page.locator("#forecast-readout")
    page.focus("#forecast-chart")
    page.keyboard.press("End")
    assert "ends after" not in said.inner_text()
    page.focus("#forecast-from")
    page.keyboard.press("Home")
    with page.expect_response(lambda one: "ahead=400" in one.url):
        page.focus("#forecast-chart")
    page.keyboard.press("End")
    page.wait_for_selector("#forecast-readout:has-text('the free run ends after 400 values')")
    assert "· free run" not in said.inner_text()


def test_words_stand_where_no_line_runs_through_them(visitor, server) -> None:
    page = visitor.open(server.url)
    found = page.evaluate(
        """async () => {
          const { clearest } = await import('/static/js/charts/placing.js');
          const boxes = [80, 0].map((y) => ({ x: 10, y, width: 50, height: 14 }));
          const low = [[0, 85], [100, 85]], gap = [[0, 85], [5, 85], [6, NaN], [70, 85]];
          const steep = [[30, -20], [31, 200]], high = [[0, 5], [100, 9]];
          return [[low], [gap], [steep, low], [steep], [low, high], []].map((lines) => clearest(boxes, lines))
            .concat(clearest(boxes, [], [boxes[0]]));
        }"""
    )
    assert found == [1, 0, 1, 0, 0, 0, 1]
