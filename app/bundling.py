"""One file out of many: ES modules joined for the browser, each in a block of its own.

Comments and spaces that mean nothing are left out: who reads the modules reads them as they were
written, and they were a third of what a page loaded. Only the forms that static/js uses are known; any other is refused with its file and line. A module
stands in a block because that keeps its names apart as a function would, and allows top-level await.
"""

import re
from bisect import bisect
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from posixpath import dirname, join, normpath


class CannotBundle(Exception):
    """`path:line: what is not known`; the code is ours, so it is a fault of ours."""


_IMPORT = re.compile(r'import (\{[^{}]*\}) from "(\.\.?/[^"\n]+\.js)";')
_IMPORTED = re.compile(r"([\w$]+)(?: as ([\w$]+))?")
_EXPORT = re.compile(r"export (?=(?:(?:async )?function\*? ?|class |const )([\w$]+))")
_MODULE_WORD = re.compile(r"\b(?:import|export)\b")
_VAR = re.compile(r"(?<![.\w$])var\s")

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      |(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
      |(?P<word>[\w$]+)
      |(?P<space>\s+)
      |(?P<mark>.)""",
    re.S | re.X,
)
_REGEX = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/\w*")
_TEMPLATE = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*(`|\$\{)", re.S)
# A space beside one of these parts nothing; beside + - / . < and ! it may.
_STANDS_ALONE = frozenset("{}()[];,:=>?&|*%")
_BEFORE_AN_EXPRESSION = {"return", "typeof", "case", "in", "of", "void", "delete", "throw", "new",
                         "await", "yield", "do", "else", "instanceof"}  # fmt: skip


class Module:
    """A source file taken apart. `code` is its text with comments and literals blanked out."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._ends = list(accumulate(len(line) + 1 for line in text.split("\n")))
        self.name = "$" + re.sub(r"\W", "_", path.removesuffix(".js"))
        # (start, end, what stands for it): comments and spaces.
        self._spare: list[tuple[int, int, str]] = []
        self.code = "".join(self._blanked())
        # (start, end, names in braces, module): imports in the order they stand.
        self.imports: list[tuple[int, int, str, str]] = []
        self.exports: list[str] = []
        self._cuts: list[tuple[int, int]] = []
        self._read()

    def refuse(self, at: int, why: str) -> CannotBundle:
        return CannotBundle(f"{self.path}:{bisect(self._ends, at) + 1}: {why}")

    def _read(self) -> None:
        if found := _VAR.search(self.code):
            raise self.refuse(found.start(), "var would be seen in other modules; use let or const")
        if "$" in self.code and (found := re.search(r"(?<![\w$.])\$\w", self.code)):
            raise self.refuse(found.start(), "names with $ in front are those of modules here")
        for form in (*_IMPORT.finditer(self.text), *_EXPORT.finditer(self.text)):
            # Were a literal read wrongly, a statement could be taken for a part of one, silently.
            hidden = self.code[form.start()] == " " and self.text[: form.start()].endswith("\n")
            if hidden:
                raise self.refuse(form.start(), "a module's statement inside a comment or literal")
        head = 0
        for word in _MODULE_WORD.finditer(self.code):
            at = word.start()
            form = (_IMPORT if word[0] == "import" else _EXPORT).match(self.text, at)
            if form is None or (at and self.text[at - 1] != "\n"):
                line = self.text[at : self._ends[bisect(self._ends, at)] - 1]
                raise self.refuse(at, f"no form this bundler knows: {line[:80]}")
            if word[0] == "export":
                self.exports.append(form[1])
                self._cuts.append((at, form.end()))
                continue
            if self.code[head:at].strip():
                raise self.refuse(at, "imports stand before everything else")
            head = form.end()
            source = normpath(join(dirname(self.path), form[2]))
            self.imports.append((at, head, form[1], source))

    def asked(self, braces: str, at: int) -> Iterator[tuple[str, str]]:
        """(name there, name here) of what stands between an import's braces."""
        for part in braces.strip("{}").split(","):
            if part.strip():
                found = _IMPORTED.fullmatch(part.strip())
                if found is None:
                    raise self.refuse(at, f"no form this bundler knows: {part.strip()}")
                yield found[1], found[2] or found[1]

    def block(self, known: dict[str, "Module"]) -> str:
        """The module as a block that leaves its exports in the variable of its name."""
        pieces, done = [], 0
        changes = [(a, b, "") for a, b in self._cuts]
        changes += self._spare
        for start, end, braces, source in self.imports:
            other = known[source]
            for name, _ in self.asked(braces, start):
                if name not in other.exports:
                    raise self.refuse(start, f"{source} has no {name}")
            renamed = re.sub(r" as ", ": ", braces)
            changes.append((start, end, f"const {renamed} = {other.name};"))
        for start, end, put in sorted(changes):
            if start >= done:  # else it is a space within a statement that is replaced
                pieces += [self.text[done:start], put]
                done = end
        body = "".join([*pieces, self.text[done:]]).strip("\n")
        given = f"{self.name} = {{ {', '.join(self.exports)} }};\n" if self.exports else ""
        return f"let {self.name};\n{{\n{body}\n{given}}}\n"

    def _blanked(self) -> Iterator[str]:
        """The code piece by piece, with spaces for comments, strings, templates and regular expressions."""
        text, at, before = self.text, 0, ""
        nested: list[int] = []  # the braces open in each template's ${ }
        while at < len(text):
            token = _TOKEN.match(text, at)
            assert token
            end, kind, part = token.end(), token.lastgroup, token[0]
            closes = part == "}" and nested and nested[-1] == 0
            if part == "`" or closes:
                if closes:
                    nested.pop()
                template = _TEMPLATE.match(text, end)
                if template is None:
                    raise self.refuse(at, "a template without an end")
                end = template.end()
                if template[1] == "${":
                    nested.append(0)
                kind, before = "template", "(" if template[1] == "${" else "`"
            elif part == "/" and text.startswith("/*", at):
                raise self.refuse(at, "a comment without an end")
            elif part == "/" and (
                not before or before in "(,=:[!&|?{};+-*%~^<>" or before in _BEFORE_AN_EXPRESSION
            ):
                regex = _REGEX.match(text, at)
                if regex is None:
                    raise self.refuse(at, "a regular expression without an end")
                end, kind, before = regex.end(), "regex", "/"
            elif part in ('"', "'"):
                raise self.refuse(at, "a string without an end")
            elif kind in ("word", "mark", "string"):
                before = part if kind != "string" else '"'
                if nested and part in "{}":
                    nested[-1] += 1 if part == "{" else -1
            if kind in ("comment", "space"):
                self._spare.append((at, end, self._instead(at, end)))
            yield part if kind in ("word", "mark", "space") else re.sub(r"[^\n]", " ", text[at:end])
            at = end

    def _instead(self, start: int, end: int) -> str:
        """What a comment or a space leaves: a line's end may end a statement, and a space part words."""
        text, around = self.text, (self.text[start - 1 : start], self.text[end : end + 1])
        if "\n" in text[start:end]:
            _, before, put = self._spare[-1] if self._spare else (0, 0, "\n")
            return "" if before == start and put == "\n" else "\n"
        if text.startswith("//", start) or "\n" in around or "" in around:
            return ""
        return "" if _STANDS_ALONE.intersection(around) else " "


@lru_cache(1024)
def _module(path: str, text: str) -> Module:
    """Read once, however many scripts it is part of."""
    return Module(path, text)


def modules(root: Path, entry: str) -> list[Module]:
    """A script and what it imports, directly or not, each after all that it imports.

    Raises: CannotBundle, also where modules import each other in a circle.
    """
    found: dict[str, Module] = {}

    def visit(path: str, way: list[str]) -> None:
        if path in way:
            raise CannotBundle(
                f"{way[-1]}: a circle: {' -> '.join([*way[way.index(path) :], path])}"
            )
        if path in found:
            return
        module = _module(path, (root / path).read_text(encoding="utf-8"))
        for start, _, _, source in module.imports:
            if not (root / source).is_file() or source.startswith(".."):
                raise module.refuse(start, f"there is no {source}")
            visit(source, [*way, path])
        found[path] = module

    visit(entry, [])
    names = [module.name for module in found.values()]
    for module in found.values():
        if names.count(module.name) > 1:
            raise CannotBundle(
                f"{module.path}: another module's path gives the name {module.name} too"
            )
    return list(found.values())


# Where a script leaves its modules for one that comes later.
SHARED = "globalThis.$parts"


def bundle(root: Path, entry: str, after: str | None = None) -> str:
    """One script that does what the module `entry` does; paths are relative to `root`.

    after: the entry of a script that is there already, whose modules are taken from it instead of being
    run a second time: they keep what they know.

    Raises: CannotBundle
    """
    found = modules(root, entry)
    known = {module.path: module for module in found}
    there = {module.path for module in modules(root, after)} if after else set[str]()
    pieces = [
        f"let {module.name} = {SHARED}.{module.name};"
        if module.path in there
        else f"// {module.path}\n{module.block(known)}"
        for module in found
    ]
    own = [module.name for module in found if module.path not in there and module.exports]
    return "\n".join([*pieces, f"{SHARED} = {{ ...{SHARED}, {', '.join(own)} }};\n"])


_FETCHES = re.compile(r"@import|url\(|@charset|@namespace")


def joined(root: Path, paths: tuple[str, ...]) -> str:
    """Style sheets one after the other, as if each were linked.

    Raises: CannotBundle
    """
    parts = []
    for path in paths:
        text = (root / path).read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            if found := _FETCHES.search(line):
                raise CannotBundle(
                    f"{path}:{number}: {found[0]} means another thing in a joined file"
                )
        parts.append(f"/* {path} */\n{text}")
    return "\n".join(parts)
