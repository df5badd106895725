"""Who may import whom, what may not stand in shipped files, and that documents tell the truth."""

import ast
import json
import re
from pathlib import Path

import pytest

from app.bundling import modules
from app.pages import LATE, LATE_WORDS, PAGES, WORDLESS

ROOT = Path(__file__).parent.parent
ENGINE = sorted((ROOT / "engine").rglob("*.py"))
APP = sorted((ROOT / "app").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").glob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))

# Each part of the engine may import those before it in a row, and nothing else of the engine.
LAYERS_OF_ENGINE = [
    {
        "errors",
        "limits",
        "mathml",
        "mixing",
        "layout",
        "kernels",
        "features",
        "marks",
        "naming",
        "formulas",
    },
    {
        "activations",
        "initializers",
        "losses",
        "optimizers",
        "schedules",
        "datasets",
        "history",
        "given",
    },
    {"layers"},
    {"surgery", "weighting"},
    {"network"},
    {"swapping"},
    {"state"},
    {"updating"},
    {"trainer"},
    {"spec"},
    {"suits", "baselines", "spec_json"},
    {"assembly", "trail"},
    {"measuring", "by_input", "boundaries"},
    {"stopping", "runs", "one_update", "settings"},
    {"followed"},
    {"running"},
    {"rewinding"},
    {"operating"},
    {"experiment", "presets"},
    {"writing"},
    {"insight", "studies", "exporting"},
    {"clinic", "descent"},
]
ALONE = {
    "losses": {"layout", "mathml"},
    "optimizers": {"layout", "mathml"},
    "schedules": {"layout", "mathml"},
    "features": {"mathml"},
    "limits": {"errors"},
    "naming": {"errors"},
    "datasets": {"errors", "formulas", "layout"},
    "formulas": {"errors", "mathml"},
    "kernels": set(),
}
ALLOWED_OUTSIDE = {"numpy", "numba", "llvmlite", "annotated_types", "engine"}


def imports(path: Path) -> list[tuple[int, str]]:
    """(level, module) of every import of a file."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(0, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.level, node.module or ""))
    return found


def part(path: Path) -> str:
    return path.relative_to(ROOT / "engine").parts[0].removesuffix(".py")


def engine_parts(path: Path) -> set[str]:
    """The parts of the engine that a file of it imports."""
    depth = len(path.relative_to(ROOT / "engine").parts)
    found = set()
    for level, module in imports(path):
        if level == depth and module:
            found.add(module.split(".")[0])
        elif level == 0 and module.startswith("engine."):
            found.add(module.split(".")[1])
    return found


@pytest.mark.parametrize("path", ENGINE, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_engine_stands_on_its_own(path: Path) -> None:
    import sys

    for level, module in imports(path):
        top = module.split(".")[0]
        assert level or top in ALLOWED_OUTSIDE or top in sys.stdlib_module_names, module


@pytest.mark.parametrize(
    "path",
    [p for p in ENGINE if p.name != "__init__.py" or p.parent.name != "engine"],
    ids=lambda p: p.stem,
)
def test_the_engine_is_imported_from_left_to_right(path: Path) -> None:
    name = part(path)
    used = engine_parts(path) - {name}
    if name in ALONE:
        assert used <= ALONE[name]
        return
    row = next(i for i, names in enumerate(LAYERS_OF_ENGINE) if name in names)
    assert used <= set().union(*LAYERS_OF_ENGINE[:row], {"activations"} if row == 1 else set()), (
        used
    )


@pytest.mark.parametrize(
    "path", sorted((ROOT / "app" / "routes").glob("*.py")), ids=lambda p: p.stem
)
def test_routes_hold_no_workers_and_no_store(path: Path) -> None:
    """They name functions for a worker to run (`workers.looking`), and never run one."""
    for _, module in imports(path):
        assert module not in ("workers.local", "workers.host")
        assert not module.startswith("sqlalchemy")


def test_the_app_is_imported_from_routes_down() -> None:
    """Routes decide nothing and nobody but `main` knows them; workers know what travels, no more."""
    rows = [
        {
            "settings",
            "wire",
            "opening",
            "database",
            "store",
            "kept",
            "owned",
            "zipped",
            "past",
            "bundling",
            "assets",
            "pages",
            "guard",
            "turns",
            "finishing",
            "memory",
            "schemas",
            "workers",
            "catalog",
            "problems",
            "validation",
        },
        {
            "broadcast",
            "document",
            "gallery",
            "looks",
            "recordings",
            "spreadsheets",
            "tables",
            "varying",
        },
        {"live"},
        {"keeping"},
        {"registry", "room"},
        {"commands", "importing", "jobs", "listing", "racing", "seeing"},
        {"ones_own"},
        {"pacing", "deps"},
        {"errors", "protocols"},
        {"server", "lifespan", "routes"},
        {"main", "__main__", "__init__"},
    ]
    place = {name: row for row, names in enumerate(rows) for name in names}
    for path in APP:
        parts = path.relative_to(ROOT / "app").parts
        name = parts[0].removesuffix(".py")
        for level, module in imports(path):
            used = module.split(".")[0]
            if level != len(parts) or used not in place or used == name:
                continue
            if name == "workers":
                assert used in ("wire", "finishing", "memory"), (path, module)
            if used == "errors":  # whoever decides may refuse
                continue
            assert place[used] <= place[name], (path.name, module)


@pytest.mark.parametrize("folder", ["charts", "model"])
def test_charts_and_model_import_no_siblings(folder: str) -> None:
    for path in (ROOT / "static" / "js" / folder).glob("*.js"):
        for source in re.findall(r'^import .* from "(.*)";', path.read_text(), re.M):
            shared = {"../canvas.js", "./axes.js", "./symbols.js", "./units.js", "./classes.js"}
            shared |= {"./tensors.js", "./curves.js"}  # a plot of curves is what others draw on
            shared |= {"./sounds.js", "./windows.js"}  # bands of pitch; where a window lies
            shared |= {"./maps.js", "./samples.js"}  # heat maps; a sequence as lines
            shared |= {"./placing.js"}  # where words cover least
            shared |= {"./overtime.js"}  # an axis of time, under sequences and series alike
            own_forward = path.name == "worker.js" and source == "./forward.js"
            assert source in shared or own_forward, (path.name, source)


FORBIDDEN = re.compile(
    r"pickle|\beval\(|\bexec\(|yaml\.load|allow_pickle=True|shell=True|innerHTML|outerHTML"
    r"|insertAdjacentHTML|document\.write|https?://(?!www\.w3\.org|127\.0\.0\.1|localhost|\{|/)"
)


@pytest.mark.parametrize(
    "path",
    [*ENGINE, *APP, *SCRIPTS, *(ROOT / "static").rglob("*.css"), *(ROOT / "templates").glob("*")],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_shipped_files_hold_nothing_dangerous_and_no_other_host(path: Path) -> None:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = FORBIDDEN.search(line)
        assert not found or "http://{" in line, f"{path.name}:{number}: {line.strip()[:100]}"


def test_no_file_is_a_hall() -> None:
    styles, pages = (ROOT / "static").rglob("*.css"), (ROOT / "templates").glob("*.html")
    files = [*ENGINE, *APP, *SCRIPTS, *(ROOT / "tests").rglob("*.py"), *styles, *pages]
    lines = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    assert {name: count for name, count in lines.items() if count > 400} == {}


@pytest.mark.parametrize("path", APP, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_waits_in_a_way_that_forgets_its_end(path: Path) -> None:
    """asyncio.wait_for loses a cancellation before Python 3.12; see docs/decisions/0012."""
    assert "wait_for(" not in path.read_text()


def test_both_languages_have_the_same_words() -> None:
    words = {
        code: json.loads((ROOT / "static" / "i18n" / f"{code}.json").read_text())
        for code in ("en", "zh")
    }
    assert words["en"].keys() == words["zh"].keys()
    assert all(words["en"].values())
    assert all(words["zh"].values())
    for key, text in words["en"].items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", words["zh"][key])), (
            key
        )


def test_every_word_a_page_asks_for_exists() -> None:
    words = json.loads((ROOT / "static" / "i18n" / "en.json").read_text())
    text = "".join(p.read_text() for p in [*SCRIPTS, *TEMPLATES])
    asked = set(re.findall(r'\bt\("([\w.]+)"', text)) | set(
        re.findall(r'data-(?:t|tip|t-label)"?[=:] ?"([\w.]+)"', text)
    )
    asked |= {page.title for page in PAGES if page.title}
    assert asked <= words.keys(), asked - words.keys()


def test_what_is_seen_first_says_no_words_that_come_late() -> None:
    scripts = (PAGES[0].script, *WORDLESS)
    paths = {module.path for script in scripts for module in modules(ROOT / "static", script)}
    first = [ROOT / "static" / path for path in sorted(paths)]
    pages = [ROOT / "templates" / name for name in (PAGES[0].template, "base.html", "dialogs.html")]
    for path in (*first, *pages):
        for word in re.findall(r"[\"'`]([a-z]+\.)[\w.${}]*[\"'`]", path.read_text()):
            # Those of a problem are waited for wherever one is told.
            assert word == "problem." or word not in LATE_WORDS, (path.name, word)


def test_every_script_is_in_the_bundle_of_a_page_or_of_the_worker() -> None:
    def reached(script: str) -> set[str]:
        return {module.path for module in modules(ROOT / "static", script)}

    alone = {"js/types.js", "js/wire.js"}  # only types
    scripts = [*(page.script for page in PAGES), "js/model/worker.js", *LATE]
    found = alone.union(*(reached(script) for script in scripts))
    assert found == {str(path.relative_to(ROOT / "static")) for path in SCRIPTS}
    assert "js/charts/curves.js" in reached("js/pages/activations.js")
    assert "js/session.js" not in reached("js/pages/activations.js")


def imports_of(path: Path) -> list[str]:
    """What a script imports, as paths under static/js."""
    root = (ROOT / "static" / "js").resolve()
    found = re.findall(r'^(?:import|export) [^;]*?"(\.[^"]+)";', path.read_text(), re.M)
    return [str((path.parent / source).resolve().relative_to(root)) for source in found]


def test_tabs_panels_and_the_shell_know_no_page_and_tabs_no_other_tab() -> None:
    for path in SCRIPTS:
        name = str(path.relative_to(ROOT / "static" / "js"))
        for source in imports_of(path):
            assert not source.startswith("pages/"), (name, source)
            if name.startswith(("tabs/", "panels/")) and name != "tabs/index.js":
                assert not source.startswith("tabs/"), (name, source)
            if name in ("shell.js", "run.js", "store.js", "api.js"):
                assert not source.startswith(("panels/", "tabs/")), (name, source)
                assert source != "session.js", name


def test_the_catalogs_names_are_in_the_activations_of_the_page() -> None:
    from engine.activations import ACTIVATIONS
    from engine.features import FEATURES

    source = (ROOT / "static" / "js" / "model" / "forward.js").read_text()
    for name in [*ACTIVATIONS, *FEATURES]:
        assert re.search(rf"^  {name}: ", source, re.M), name


def test_the_page_knows_the_way_through_every_layer_that_takes_rows() -> None:
    from engine.layers import LAYERS

    source = (ROOT / "static" / "js" / "model" / "forward.js").read_text()
    alone = source[source.index("const ALONE = {") : source.index("const AFFINE = ")]
    affine = re.findall(r'"(\w+)"', re.findall(r"const AFFINE = .*", source)[0])
    for kind, cls in LAYERS.items():
        if "row" in cls.takes:
            assert kind in affine or re.search(rf"^  {kind}: ", alone, re.M), kind


def test_nobody_asks_layers_for_their_kind() -> None:
    asked = re.compile(r"isinstance\((layer|owner)|(hasattr|getattr)\((layer|owner)")
    for path in [*ENGINE, *APP]:
        assert not asked.search(path.read_text()), path


def test_every_setting_of_an_optimizer_has_a_name_and_an_explanation() -> None:
    from dataclasses import fields

    from engine.optimizers import OPTIMIZERS

    words = json.loads((ROOT / "static" / "i18n" / "en.json").read_text())
    for name, cls in OPTIMIZERS.items():
        assert f"name.{name}" in words
        for setting in fields(cls):
            if setting.name not in ("kind", "learning_rate"):
                assert f"name.{setting.name}" in words, setting.name
                assert f"tip.{setting.name}" in words, setting.name


def words_for(scope: str, name: str, words: dict[str, str], *, tip: bool = True) -> None:
    assert f"{scope}.{name}" in words or f"name.{name}" in words, f"{scope}.{name}"
    assert not tip or f"tip.{scope}.{name}" in words or f"tip.{name}" in words, f"tip.{name}"


@pytest.mark.parametrize("scope", ["layer", "schedule", "data"])
def test_every_setting_of_layers_schedules_and_data_has_its_words(scope: str) -> None:
    from pydantic import TypeAdapter

    from engine.datasets import DATASETS
    from engine.layers import LAYERS
    from engine.schedules import SCHEDULES

    words = json.loads((ROOT / "static" / "i18n" / "en.json").read_text())
    silent = {"kind", "points", "erased", "id", "rule", "text"}  # set in other ways than by a field
    tables: dict[str, dict[str, type]] = {
        "layer": {**LAYERS},
        "schedule": {**SCHEDULES},
        "data": {**DATASETS},
    }
    for name, cls in tables[scope].items():
        words_for(scope, name, words, tip=False)
        for setting, schema in TypeAdapter(cls).json_schema()["properties"].items():
            if setting in silent:
                continue
            words_for("setting" if setting == "activation" else scope, setting, words)
            for choice in schema.get("enum", []):
                if isinstance(choice, str):
                    words_for(scope, choice, words, tip=False)


def test_losses_activations_initializers_and_views_have_names() -> None:
    from typing import get_args

    from engine.activations import ACTIVATIONS
    from engine.datasets.base import View
    from engine.initializers import INITIALIZERS
    from engine.losses import LOSSES

    words = json.loads((ROOT / "static" / "i18n" / "en.json").read_text())
    for name in (*LOSSES, *ACTIVATIONS, *INITIALIZERS, "softmax"):
        words_for("", name, words, tip=False)
    assert {f"view.{view}" for view in get_args(View)} <= words.keys()
