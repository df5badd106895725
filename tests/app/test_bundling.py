"""Modules joined into one script do what they do apart, and what cannot be joined is refused."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.bundling import CannotBundle, bundle, joined, modules
from app.pages import PAGES

ROOT = Path(__file__).parent.parent.parent

# Every form that is known, names that collide, and literals that look like something else.
MODULES = {
    "main.js": """\
/** The first of all. */
import { count, each as every, Thing } from "./parts/one.js";
import { count as other,
  said } from "./parts/two.js";
import { text } from "./parts/text.js";

const secret = "main", name = "main's own";
const later = await Promise.resolve(secret);
console.log(count(), count(), other(), later, name, said, text(3), new Thing().name);
console.log([...every(2)].join(), typeof helper, (await import_it()), 12 / 3 / 2);
async function import_it() { return "hoisted"; }
""",
    "parts/one.js": """\
import { log } from "./shared.js";

const secret = "one";
let n = 0;
log(secret);
export function count() { return helper(++n); }
function helper(x) { return `${secret}${x}`; }
export function* each(k) { for (let i = 0; i < k; i++) yield i; }
export class Thing { name = "thing"; #secret = 1; get secret() { return this.#secret; } }
""",
    "parts/two.js": """\
import { log } from "./shared.js";

const secret = "two";
log(secret);
export const count = () => helper();
export const said = ["export const x = 1", 'import { y } from "./z.js"'].length;
function helper() { return secret; }
""",
    "parts/text.js": """\
// import { nothing } from "./nowhere.js";
/* export const nothing = 1; "' ` */
const quote = /["'`/\\\\]|[/"]/g, half = (x) => x / 2 / 1; // `
export async function unused() {}
export const text = (x) => `import a
import numpy as np ${`${half(x)} } ${{ a: "}" }.a}`} \\` $x {`.replaceAll(quote, "-").replace(/\\s+/g, "_");
""",
    "parts/shared.js": """\
console.log("once");
export const log = (x) => console.log("log", x);
""",
}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def said(script: Path) -> str:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "node.py"), "node", str(script)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_joined_modules_say_what_they_say_apart(tmp_path: Path) -> None:
    write(tmp_path, {**MODULES, "package.json": '{"type": "module"}'})
    whole = tmp_path / "whole.mjs"
    whole.write_text(bundle(tmp_path, "main.js"), encoding="utf-8")
    apart = said(tmp_path / "main.js")
    assert "one1 one2 two main main's own 2" in apart
    assert apart.count("once") == 1
    assert said(whole) == apart


def test_a_module_stands_after_what_it_imports_under_its_path(tmp_path: Path) -> None:
    write(tmp_path, MODULES)
    order = ["parts/shared.js", "parts/one.js", "parts/two.js", "parts/text.js", "main.js"]
    assert [module.path for module in modules(tmp_path, "main.js")] == order
    lines = bundle(tmp_path, "main.js").splitlines()
    assert [line for line in lines if line.startswith("// ") and line.endswith(".js")] == [
        f"// {path}" for path in order
    ]


def test_comments_and_idle_spaces_are_left_out_and_nothing_else(tmp_path: Path) -> None:
    text = """\
/** What it does. @param {number} a */
const minus = (/** @type {number} */ a) => a - -1; // the end
const ends = () => {
  return /* nothing */
    1;
};
const a = 2
/* one
   two */ const b = typeof a, c = a /* x */ + +a, d = 1 < 2 ? .5 : /x  y/.source;

console.log(minus(1), ends(), b, c, d, `  kept  ${ a }
    // and this`, "/* this */ too");
"""
    write(tmp_path, {"main.js": text, "package.json": '{"type": "module"}'})
    whole = tmp_path / "whole.mjs"
    whole.write_text(bundle(tmp_path, "main.js"), encoding="utf-8")
    script = whole.read_text(encoding="utf-8")
    assert said(whole) == said(tmp_path / "main.js")
    assert "What it does" not in script
    assert "the end" not in script
    assert "const minus=( a)=>a - -1;\nconst ends=()=>{\n" in script


@pytest.mark.parametrize("script", [*(page.script for page in PAGES), "js/model/worker.js"])
def test_our_own_bundles_are_scripts(tmp_path: Path, script: str) -> None:
    whole = tmp_path / "whole.mjs"
    whole.write_text(bundle(ROOT / "static", script), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "node.py"), "node", "--check", str(whole)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('import a from "./b.js";', 1),
        ('import * as a from "./b.js";', 1),
        ('import "./b.js";', 1),
        ('import { b } from "./b.js"', 1),
        ("import { b } from './b.js';", 1),
        ('import { b } from "b";', 1),
        ('import { b } from "/static/b.js";', 1),
        ('import { b } from "./b.json" with { type: "json" };', 1),
        ('import { default as b } from "./b.js";', 1),
        ('import { b, /* c */ } from "./b.js";', 1),
        ('import { none } from "./b.js";', 1),
        ('import { b } from "./none.js";', 1),
        ('import { b } from "../b.js";', 1),
        ('\nconst a = 1;\nimport { b } from "./b.js";', 3),
        ('  import { b } from "./b.js";', 1),
        ('\n\nconst a = await import("./b.js");', 3),
        ("\nconst a = import.meta.url;", 2),
        ("export default 1;", 1),
        ("\nexport let a = 1;", 2),
        ("export var a = 1;", 1),
        ("const a = 1;\nexport { a };", 2),
        ('export * from "./b.js";', 1),
        ('export { b } from "./b.js";', 1),
        ("export const { a } = {};", 1),
        ("const a = 1; export const b = 2;", 1),
        ("\nvar a = 1;", 2),
        ("for (var i = 0; i < 1; i++);", 1),
        ("const $b = 1;", 1),
        ("\nconst a = `open", 2),
        ("const a = 'open\n';", 1),
        ("const a = 1;\n/* open", 2),
        ("const a = (/open\n/);", 1),
        ('const a = `\nimport { b } from "./b.js";\n`;', 2),
    ],
)
def test_a_form_that_is_not_known_is_refused_with_its_place(
    tmp_path: Path, text: str, line: int
) -> None:
    write(tmp_path, {"a.js": text, "b.js": "export const b = 1;\n"})
    with pytest.raises(CannotBundle, match=rf"^a\.js:{line}: "):
        bundle(tmp_path, "a.js")


def test_a_circle_is_refused_and_named(tmp_path: Path) -> None:
    files = {name: f'import {{ x }} from "./{other}.js";\nexport const x = 1;\n' for name, other in
             [("a.js", "b"), ("b.js", "c"), ("c.js", "b")]}  # fmt: skip
    with pytest.raises(CannotBundle, match=r"b\.js -> c\.js -> b\.js"):
        bundle(write(tmp_path, files), "a.js")


def test_paths_that_give_one_name_are_refused(tmp_path: Path) -> None:
    files = {
        "a.js": 'import { x } from "./b_c.js";\nimport { y } from "./b/c.js";\n',
        "b_c.js": "export const x = 1;\n",
        "b/c.js": "export const y = 1;\n",
    }
    with pytest.raises(CannotBundle, match="another module"):
        bundle(write(tmp_path, files), "a.js")


def test_style_sheets_are_joined_in_their_order(tmp_path: Path) -> None:
    write(tmp_path, {"b.css": "b { top: 0 }\n", "a.css": "a { top: 0 }\n"})
    assert (
        joined(tmp_path, ("b.css", "a.css"))
        == "/* b.css */\nb { top: 0 }\n\n/* a.css */\na { top: 0 }\n"
    )


@pytest.mark.parametrize("text", ['@import "a.css";', "\nb { background: url(a.png) }"])
def test_a_style_sheet_that_fetches_is_refused(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"a.css": text})
    with pytest.raises(CannotBundle, match=rf"^a\.css:{text.count(chr(10)) + 1}: "):
        joined(tmp_path, ("a.css",))
