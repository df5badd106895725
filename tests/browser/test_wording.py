"""Numbers, units and words are the same wherever they stand, and say only what is there."""

import base64
import csv
import io
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from .conftest import Visitor
from .page import choose_data, reads, says

WORDS = Path(__file__).parents[2] / "static" / "i18n"


def module(page: Any, path: str, code: str) -> Any:
    """What JavaScript returns that has the module as `m`, in the page's language."""
    words = "(await import('/static/js/words.js')).load(document.documentElement.lang.slice(0, 2), true)"
    return page.evaluate(
        f"async () => {{ await {words};"
        f" const m = await import('/static/js/{path}'); return {code}; }}"
    )


@pytest.fixture
def phone(browser: Browser, server: Any) -> Iterator[Visitor]:
    one = Visitor(browser, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    yield one
    one.context.close()
    server.rest()
    assert not one.complaints


def test_an_axis_has_two_ticks_at_least_one_of_them_high_up(server, visitor: Visitor) -> None:
    page = visitor.open(server.url)
    ranges = [
        (0, top * 10.0**power) for top in (1.05, 1.9, 2.6, 4.2, 5.3, 9.9) for power in (-3, 0, 2)
    ]
    for low, high in [*ranges, (-1.1, 1.1), (-0.3, 2.4), (3.1, 3.9)]:
        for about in (2, 3, 5):
            marks = module(page, "charts/axes.js", f"m.ticks({low}, {high}, {about})")
            assert len(marks) >= 2, (low, high, about)
            assert low <= marks[0] < marks[-1] <= high
            assert marks[-1] >= low + 0.64 * (high - low) - 1e-9, (low, high, about, marks)
            steps = [b - a for a, b in itertools.pairwise(marks)]
            assert steps == pytest.approx([steps[0]] * len(steps))


def test_there_is_no_half_step_on_an_axis_of_steps(server, visitor: Visitor) -> None:
    page = visitor.open(server.url)
    assert module(page, "charts/axes.js", "m.ticks(0, 1, 4, true)") == [0, 1]
    for last in (2, 3, 7, 60, 1615):
        marks = module(page, "charts/axes.js", f"m.ticks(0, {last}, 4, true)")
        assert all(float(mark).is_integer() for mark in marks)
        assert len(marks) >= 2


@pytest.mark.parametrize(
    ("marks", "written"),
    [
        ([0, 0.2, 0.4], ["0.0", "0.2", "0.4"]),
        ([0, 0.25, 0.5], ["0.00", "0.25", "0.50"]),
        ([-2, 0, 2], ["−2", "0", "2"]),
        ([-0.5, 0, 0.5], ["−0.5", "0.0", "0.5"]),
        ([0, 2000, 4000], ["0", "2,000", "4,000"]),
        ([0, 0.00002, 0.00004], ["0", "2e−5", "4e−5"]),
        ([0, 50000, 100000], ["0", "5e4", "1e5"]),
    ],
)
def test_all_figures_of_an_axis_have_as_many_decimals(
    server, visitor: Visitor, marks: list[float], written: list[str]
) -> None:
    page = visitor.open(server.url)
    assert module(page, "charts/axes.js", f"{marks}.map(m.figures({marks}))") == written


def test_counts_shares_and_signs_are_written_one_way(server, visitor: Visitor) -> None:
    page = visitor.open(server.url)
    values = "[999, 1000, 1347, -1347, 123456].map(m.grouped)"
    assert module(page, "canvas.js", values) == ["999", "1,000", "1,347", "−1,347", "123,456"]
    shares = "[m.percent(0.99), m.percent(0.7), m.percent(1, 0), m.percent(null)]"
    assert module(page, "canvas.js", shares) == ["99.0%", "70.0%", "100%", "–"]
    assert module(page, "canvas.js", "m.short(1234.5)") == "1,235"
    assert module(page, "words.js", "m.t('samplesOf', { n: 1348, test: 449 })") == (
        "1,348 to train, 449 to test"
    )
    assert module(page, "words.js", "['x1', 'x3', 'i12', 'size', 'x_1'].map(m.subscripted)") == [
        "x₁", "x₃", "i₁₂", "size", "x_1",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_language_file_says_everything_once_and_per_cent_one_way(language: str) -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), {n for n in names if names.count(n) > 1}
        return dict(pairs)

    text = (WORDS / f"{language}.json").read_text(encoding="utf-8")
    for key, words in json.loads(text, object_pairs_hook=once).items():
        assert not re.search(r"[\d}] %", words), key
        if language == "zh":
            assert "周期" not in words or key == "schedule.one_cycle", key
            assert "轮次" not in words, key


def test_chinese_has_no_space_between_chinese(server, browser: Browser) -> None:
    one = Visitor(browser, locale="zh-CN")
    page = one.open(server.url)
    said = "m.t('mark.off', { layer: LAYER, units: '2' })"
    whole = module(page, "words.js", said.replace("LAYER", "'第 1 层'"))
    assert whole == "第 1 层中关闭的单元：2"
    assert module(page, "words.js", said.replace("LAYER", "'LSTM'")) == "LSTM 中关闭的单元：2"
    assert module(page, "words.js", "m.t('sampleOf', { n: 1797, part: '测试用' })") == (
        "共 1,797 个 · 测试用"
    )
    name = module(page, "names.js", "m.unitName(glassbox.store.state.network, 3, 0)")
    assert name == "输出，单元 1"
    one.context.close()
    server.rest()


def test_the_stop_rule_asks_in_per_cent_and_sends_a_share(server, visitor: Visitor) -> None:
    page = visitor.open(server.url)
    page.click("#until")
    page.fill('#until-card [name="test_accuracy"]', "70.5")
    page.click("#until-card button[type=submit]")
    assert visitor.state("until.test_accuracy") == 0.705
    reads(page, "#until", "accuracy ≥ 70.5%")
    page.click("#until")
    assert page.input_value('#until-card [name="test_accuracy"]') == "70.5"
    page.keyboard.press("Escape")
    page.click("#play")
    visitor.until("s.frame.state === 'paused' && s.frame.metrics.test_accuracy >= 0.705", 60)
    banner = page.locator("#banner", has_text="Stopped: test accuracy").inner_text()
    reached = visitor.state("frame.metrics.test_accuracy")
    assert f"{reached:.1%}" in banner


def test_a_weight_has_a_minus_sign_and_takes_either(server, visitor: Visitor) -> None:
    page = visitor.open(server.url)
    page.click("#of-numbers")
    field = page.get_by_label("bias Output 2")
    for typed, value in (("−0.25", -0.25), ("-1.5", -1.5)):
        field.fill(typed)
        field.press("Enter")
        visitor.until(f"s.weights[s.network.layout.at(-1).offset + 1] === {value}")
        page.locator("#of-numbers").focus()
        page.wait_for_function(
            "([e, v]) => e.value === v", arg=[field.element_handle(), str(value).replace("-", "−")]
        )
    field.fill("nothing")
    field.press("Enter")
    assert not field.evaluate("(e) => e.validity.valid")
    shown = page.locator("#weights input").evaluate_all("(all) => all.map((e) => e.value)")
    assert any("−" in text for text in shown)
    assert not any("-" in text for text in shown)


def test_what_no_table_holds_is_downloaded_to_the_last_digit(
    server, client, visitor: Visitor
) -> None:
    made = client.post("/api/networks", json={"dataset": {"kind": "digits"}}).json()
    page = visitor.page
    page.goto(f"{server.url}/#network={made['id']}")
    page.wait_for_selector("#chain canvas[data-drawn]")
    page.click("#of-numbers")
    truth = client.get(f"/api/networks/{made['id']}/weights").json()
    with page.expect_download() as waiting:
        page.locator("#weights [data-download=csv]").first.click()
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text())))
    name = rows[0]["parameter"]
    axes = [column for column in rows[0] if column.startswith("index_")]
    for row in rows[:: max(1, len(rows) // 50)]:
        value: Any = truth[row["parameter"]]
        for axis in axes:
            if row[axis] != "":
                value = value[int(row[axis])]
        assert float(row["value"]) == pytest.approx(value, rel=1e-7)
    with page.expect_download() as waiting:
        page.locator("#weights [data-download=json]").first.click()
    assert waiting.value.suggested_filename.endswith(".json")
    found = json.loads(Path(waiting.value.path()).read_text())
    flat = list(_flat(found[name]))
    assert flat == pytest.approx(list(_flat(truth[name])), rel=1e-7)
    assert "GET" not in page.inner_text("#weights")


def _flat(value: Any) -> Iterator[float]:
    if isinstance(value, list):
        for one in value:
            yield from _flat(one)
    else:
        yield value


def test_nothing_is_said_of_a_test_part_that_is_not_there(server, visitor: Visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "article_pairs")
    visitor.until("s.frame && s.dataset.test_inputs.length === 0")
    page.wait_for_function("document.querySelectorAll('#figures > div').length === 2")
    assert "test" not in page.inner_text("#figures")
    assert "test" not in page.inner_text("#data-count")
    assert "hollow" not in page.inner_text("#plane-readout")
    choose_data(visitor, "spiral")
    page.wait_for_function("document.querySelectorAll('#figures > div').length === 4")
    says(page, "#figures", "test loss")


def test_the_baseline_says_in_words_what_it_is(server, visitor: Visitor) -> None:
    page = visitor.open(server.url)
    level = page.locator("#loss-level")
    level.wait_for()
    assert re.fullmatch(r"always the commonest class \d\.\d+", level.inner_text())
    level.hover()
    page.wait_for_selector("#tip:has-text('without looking at the inputs')")
    # Where the line leaves the picture, nothing of its name stays.
    inside = module(
        page, "charts/loss.js",
        """[0.5, 3].map((level) => {
             const canvas = document.createElement("canvas");
             Object.assign(canvas.style, { width: "300px", height: "120px" });
             document.body.append(canvas);
             const line = { name: "a", colour: "red", ink: "red", dash: [], x: [0, 9], y: [0.8, 0.6] };
             m.drawLines(canvas, [line], { x: [], low: [], high: [], colour: "red" },
               { log: false, hover: null, xLabel: "", best: null, marks: [], level, last: 9, at: null, ghost: [] });
             const found = m.levelOn(canvas);
             canvas.remove();
             return found;
           })""",
    )  # fmt: skip
    assert 16 < inside[0] < 98
    assert inside[1] is None


def test_a_card_says_outputs_and_parameters_on_two_lines(server, client, visitor: Visitor) -> None:
    made = client.post("/api/networks", json={"dataset": {"kind": "digits"}}).json()
    page = visitor.page
    page.goto(f"{server.url}/#network={made['id']}")
    page.wait_for_selector("#chain canvas[data-drawn]")
    foot = page.locator("#chain .facts").last
    assert foot.inner_text().split("\n") == ["10 outputs", "650 params"]


def test_a_link_is_short_and_means_the_same(server, client, visitor: Visitor) -> None:
    """Whatever it leaves out is what the server puts in its place."""
    page = visitor.open(server.url)
    catalog = client.get("/api/catalog").json()
    asked: list[dict[str, Any]] = [preset["spec"] for preset in catalog["presets"]]
    asked += [{"dataset": {"kind": d["name"]}} for d in catalog["datasets"] if d["name"] != "own"]
    asked += [
        # What is the default elsewhere is said where the data would suit something else.
        {"dataset": {"kind": "digits"}, "optimizer": {"kind": "sgd"}, "batch_size": 10},
        {"dataset": {"kind": "digits"}, "layers": [{"kind": "flatten"}, {"units": 12}]},
        {"dataset": {"kind": "moons", "noise": 0.3}, "optimizer": {"kind": "adam"}},
        {"layers": [{"units": 3}], "regularization": {"l2": 0.01}, "seed": 7},
        {"dataset": {"kind": "sine"}, "schedule": {"kind": "cosine"}, "clipping": {"norm": 1}},
    ]
    for wanted in asked:
        made = client.post("/api/networks", json=wanted)
        if made.status_code != 201:  # of data that comes without an answer here: own texts
            assert wanted["dataset"]["kind"] in ("own_text", "own_series"), made.text
            continue
        spec = made.json()["spec"]
        client.delete(f"/api/networks/{made.json()['id']}")
        code = (
            f"(({json.dumps(spec)}), [m.toFragment(SPEC, glassbox.store.state.catalog, {{}}),"
            " m.wholeSpec(m.fromFragment(m.toFragment(SPEC, glassbox.store.state.catalog, {})).spec"
            " ?? {}, glassbox.store.state.catalog)])"
        ).replace("SPEC", f"({json.dumps(spec)})")
        fragment, whole = module(page, "link.js", code)
        assert whole == spec, wanted
        text = fragment.removeprefix("e=")
        parts = (
            json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) or "{}")
            if text
            else {}
        )
        again = client.post("/api/networks", json=parts)
        assert again.status_code == 201, again.text
        assert again.json()["spec"] == spec, wanted
        client.delete(f"/api/networks/{again.json()['id']}")
        if list(wanted) == ["dataset"]:
            assert len(fragment) < 80, (wanted, parts)


def test_sharing_on_this_machine_promises_no_other(server, visitor: Visitor) -> None:
    page = visitor.open(server.url)
    page.click("#share")
    says(page, "#share-body .local", "opens only here")
    for cell in page.locator("#share-body .preview span").all():
        assert cell.evaluate("(e) => e.scrollHeight <= e.clientHeight")


def test_a_phone_taps_and_finds_everything(server, phone: Visitor) -> None:
    page = phone.open(server.url)
    says(page, "#welcome", "Tap anything")
    assert "Space" not in page.inner_text("#welcome")
    hint = page.locator("#diagram-readout")
    assert "tap" in hint.inner_text()
    assert hint.evaluate("(e) => e.scrollWidth <= e.clientWidth")
    box = hint.bounding_box()
    assert box
    assert box["x"] + box["width"] <= 390
    # The chosen step is read to its end beside its arrow.
    room = page.evaluate(
        """() => {
          const select = document.getElementById("step-kind"), style = getComputedStyle(select);
          const context = document.createElement("canvas").getContext("2d");
          context.font = style.font;
          const text = context.measureText(select.options[0].textContent).width;
          return select.clientWidth - parseFloat(style.paddingLeft) - text;
        }"""
    )
    assert room >= 16
    page.tap("#welcome button")
    strip = page.locator("#settings")
    strip.evaluate("(e) => e.scrollTo({ left: e.scrollWidth })")
    page.tap("#until")
    page.wait_for_selector("#until-card:popover-open")
    page.keyboard.press("Escape")
    strip.evaluate("(e) => e.scrollTo({ left: e.scrollWidth })")
    page.locator("#settings").get_by_label("Optimizer", exact=True).select_option("adam")
    phone.until("s.network.spec.optimizer.kind === 'adam'")
    page.wait_for_function("document.getElementById('settings').scrollLeft === 0")
