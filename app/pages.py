"""The pages: each a template, a composition root whose imports come along in one file, and a style."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from . import __version__
from .assets import Assets, Kept

_STYLES = ("css/tokens.css", "css/page.css", "css/controls.css")
# What scripts fetch by themselves: they find the addresses in the page.
_FETCHED = ("js/model/worker.js",)
_WORDS = ("i18n/en.json", "i18n/zh.json")
# Words that nothing says before a late script has come, or something has gone wrong: by the beginning of their
# keys. They come with the first of these; what is said of a server that does not answer is there before.
LATE_WORDS = (
    "ahead.", "ask.", "balance.", "bp.", "cell.", "clinic.", "code.", "curve.", "cv.", "descent.", "field.", "flow.", "fn.", "group.", "kept.", "kernels.", "land.", "neuron.", "pictures.", "predict.",
    "problem.", "q.", "race.", "reading.", "rule.", "sounds.", "time.",
    # Of dialogs that come late.
    "copyEmbed", "copyLink", "embedOff", "linkWeights", "noHidden", "shareEmbed", "shareHide", "shareLink", "shareLocal", "shareNot", "sharePreview", "shareQr", "shareSame",
    "shareTooLong", "shareTooMany", "shareWeights", "series.about", "series.column", "series.empty", "series.found", "series.named", "series.opened", "series.title", "series.tooLarge",
    "textCounted", "textOneForm", "textTooLong",
    # Of what is drawn, of what is done to units, of tabs that come late; and of the other pages.
    "action.takeBack", "beside.", "confusionT", "excitedBy", "excitedLeast", "kernelOf", "numbersHint", "pad", "penDown", "picturesOpened", "soundsOpened", "tableOpened", "tip.kernelFreeze", "tip.unitF", "tip.unitO", "tip.unitS", "tooManyNumbers", "unit.freeze", "unit.swap", "unit.unfreeze", "window.rest", "window.slide", "worth.title",
    "exercises", "solutions", "titleActivations", "titleClinic", "titleDescent", "titleExercises", "uploadEmpty", "uploadFile", "uploadPaste", "uploadTitle",
)  # fmt: skip
_EARLY = {
    "problem.inLayer", "problem.inOutput", "problem.no_answer", "problem.seek.restored", "problem.untold",
}  # fmt: skip
# The style sheets of what the playground loads when it is first wanted.
LATE_STYLES = (
    "css/backprop.css",
    "css/cells.css",
    "css/code.css",
    "css/forecast.css",
    "css/gradients.css",
    "css/landscape.css",
    "css/own.css",
    "css/pictures.css",
    "css/race.css",
    "css/tables.css",
    "css/text.css",
    "css/time.css",
)
# Of these, what comes with the first data of its kind says no such words, and does not wait for them.
WORDLESS = (
    "js/panels/forecast.js",
    "js/panels/sampled.js",
    "js/panels/hearing.js",
    "js/model/windows.js",
)
# What the playground loads when it is first wanted: half of a visit does without.
LATE = (
    "js/panels/sampled.js",
    "js/tabs/backprop.js",
    "js/tabs/gradients.js",
    "js/tabs/landscape.js",
    "js/tabs/race.js",
    "js/tabs/ask.js",
    "js/panels/ahead.js",
    "js/panels/balance.js",
    "js/panels/cells.js",
    "js/panels/curve-brush.js",
    "js/panels/drawing.js",
    "js/panels/excites.js",
    "js/panels/forecast.js",
    "js/panels/linked.js",
    "js/panels/neuron-card.js",
    "js/panels/hearing.js",
    "js/panels/own-cards.js",
    "js/panels/own-pictures.js",
    "js/panels/own-rule.js",
    "js/panels/own-series.js",
    "js/panels/own-sounds.js",
    "js/panels/own-table.js",
    "js/panels/predict.js",
    "js/panels/share.js",
    "js/panels/writing.js",
    "js/panels/own-data.js",
    "js/tabs/clinic.js",
    "js/tabs/code.js",
    "js/panels/surgery.js",
    "js/tabs/confusion.js",
    "js/tabs/kernels.js",
    "js/tabs/numbers.js",
    "js/tabs/time.js",
    "js/panels/window-size.js",
    "js/model/windows.js",
)


@dataclass(frozen=True, slots=True)
class Page:
    """Paths are those under `static`.

    `title` is a word of the page's language files; "" where the page has no such words.
    """

    path: str
    template: str
    script: str
    own_styles: tuple[str, ...]
    title: str = ""

    @property
    def styles(self) -> tuple[str, ...]:
        return (*_STYLES, *self.own_styles)


PAGES = (
    Page("/", "playground.html", "js/pages/playground.js",
         ("css/frame.css", "css/network.css", "css/panels.css", "css/clinic.css",
          "css/predict.css"), "title"),
    Page("/activations", "activations.html", "js/pages/activations.js", ("css/activations.css",), "titleActivations"),
    Page("/convolution", "convolution.html", "js/pages/convolution.js", ("css/activations.css", "css/convolution.css"), "cv.page"),
    Page("/descent", "descent.html", "js/pages/descent.js", ("css/activations.css", "css/descent.css"), "titleDescent"),
    Page("/clinic", "clinic.html", "js/pages/clinic.js", ("css/clinic.css",), "titleClinic"),
    Page("/exercises", "exercises.html", "js/pages/exercises.js", ("css/exercises.css",), "titleExercises"),
    Page("/docs", "docs.html", "js/pages/docs.js", ("css/docs.css",)),
)  # fmt: skip


class Site:
    """All pages with their files, made at the first question, and anew when a file has changed."""

    def __init__(self, root: Path, embedding: bool = False) -> None:
        """`embedding`: other sites may show the page in a frame."""
        self._root = root
        self._embedding = embedding
        self._stamps: list[tuple[str, int, int]] = []
        self._pages: dict[str, Kept] = {}
        self._assets: dict[str, Kept] = {}
        # Of the pages before a change: who has one of them may still ask for its files.
        self._before: dict[str, Kept] = {}

    def page(self, page: Page) -> Kept:
        self._refresh()
        return self._pages[page.path]

    def asset(self, url: str) -> Kept | None:
        found = self._assets.get(url) or self._before.get(url)
        if found is None:
            # A page of before a restart may ask before anyone has loaded one.
            self._refresh()
            found = self._assets.get(url)
        return found

    def _refresh(self) -> None:
        # A tenth of a millisecond, and nobody who writes a file has to start the server anew.
        stamps = sorted(_stamps(self._root / "static", self._root / "templates"))
        if stamps == self._stamps:
            return
        assets = Assets(self._root / "static")
        loader = FileSystemLoader(self._root / "templates")
        templates = Environment(
            loader=loader, autoescape=select_autoescape(), undefined=StrictUndefined
        )
        templates.globals |= {
            "asset": assets.url,
            "version": __version__,
            "embedding": self._embedding,
        }
        fetched = {path: assets.url(path) for path in _FETCHED}
        late = {path: assets.late_url(path, PAGES[0].script) for path in LATE}
        late |= {path: assets.url(path) for path in LATE_STYLES}
        for path in _WORDS:
            first, more = assets.parted(path, _is_late)
            late |= {path: first, path.replace(".json", "-more.json"): more}
        pages = {}
        for page in PAGES:
            its = fetched | (
                late if page is PAGES[0] else {path: assets.url(path) for path in _WORDS}
            )
            text = templates.get_template(page.template).render(page=page, fetched=its)
            pages[page.path] = Kept(text.encode(), "text/html")
        self._pages, self._assets, self._before = pages, assets.kept, self._assets
        self._stamps = stamps


def _is_late(key: str) -> bool:
    return key.startswith(LATE_WORDS) and key not in _EARLY


def _stamps(*folders: Path) -> Iterator[tuple[str, int, int]]:
    """Path, time of change and size of every file."""
    waiting = [str(folder) for folder in folders]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    waiting.append(entry.path)
                    continue
                # Editors leave links that lead nowhere, and files that are gone by now.
                with suppress(FileNotFoundError):
                    stat = entry.stat()
                    yield entry.path, stat.st_mtime_ns, stat.st_size
