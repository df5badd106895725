"""A page and its files: asked for once, compressed once, never stale. Line R04."""

import html
import json
import re
import shutil
import time
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from app.bundling import CannotBundle
from app.catalog import catalog
from app.pages import LATE, LATE_STYLES, PAGES, Site

ROOT = Path(__file__).parent.parent.parent
PLAYGROUND, DOCS = PAGES[0], PAGES[-1]
TYPES = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
}


def named_by(page: str) -> set[str]:
    """Every address of this server that a page names for the browser or for its scripts to ask."""
    tags = re.findall(r"<(?:link|script|img)\b[^>]*", page)
    named = {url for tag in tags for url in re.findall(r'(?:href|src)="([^"]*)"', tag)}
    handed = re.findall(r'data-assets="([^"]*)"', page)
    assert len(handed) == 1
    return named | set(json.loads(html.unescape(handed[0])).values())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.template)
def test_R04_everything_a_page_names_is_hashed_and_kept_for_good(client, page) -> None:
    urls = named_by(client.get(page.path).text)
    # Style, script, worker, icon, the words in two languages; and what the playground loads late, words too.
    assert len(urls) == (8 + len(LATE) + len(LATE_STYLES) if page.path == "/" else 6)
    for url in urls:
        digest, name = re.fullmatch(r"/assets/([0-9a-f]{16})/([\w-]+\.\w+)", url).groups()
        answer = client.get(url)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == TYPES[name.split(".")[1]]
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["content-encoding"] == "gzip"
        assert sha256(answer.content).hexdigest()[:16] == digest


def test_R04_who_takes_no_gzip_gets_the_file_as_it_is(client) -> None:
    for url in ["/", "/api/catalog", *named_by(client.get("/").text)]:
        answer = client.get(url, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in answer.headers
        assert set(answer.headers["vary"].split(", ")) == {"Accept-Encoding"}
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert answer.content == client.get(url).content


def test_R04_a_body_is_compressed_once(client, monkeypatch) -> None:
    urls = ["/", "/api/catalog", *named_by(client.get("/").text)]
    first = {url: raw(client, url) for url in urls}

    def never(*_: object, **__: object) -> bytes:
        raise AssertionError("compressed again")

    monkeypatch.setattr("gzip.compress", never)
    monkeypatch.setattr("zlib.compressobj", never)
    assert {url: raw(client, url) for url in urls} == first


def raw(client: httpx.Client, url: str) -> bytes:
    with client.stream("GET", url, headers={"accept-encoding": "gzip"}) as answer:
        assert answer.status_code == 200
        return b"".join(answer.iter_raw())


@pytest.mark.parametrize("url", ["/assets/0123456789abcdef/playground.js", "/assets/x/y", "/assets/", "/assets"])  # fmt: skip
def test_R04_a_hash_nobody_knows_is_not_found(client, url: str) -> None:
    answer = client.get(url)
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_R04_a_hash_is_of_one_name(client) -> None:
    url = next(url for url in named_by(client.get("/").text) if url.endswith(".css"))
    assert client.get(f"{url.rsplit('/', 1)[0]}/page.css").status_code == 404


@pytest.mark.parametrize("url", ["/", "/activations", "/docs", "/api/catalog", "/static/js/dom.js", "/static/i18n/en.json"])  # fmt: skip
def test_R04_what_may_change_is_asked_for_anew_and_not_sent_again(client, url: str) -> None:
    answer = client.get(url)
    assert answer.headers["cache-control"] == "no-cache"
    tag = answer.headers["etag"]
    again = client.get(url, headers={"if-none-match": f'"other", {tag}'})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == tag
    assert again.headers["cache-control"] == "no-cache"
    assert client.get(url, headers={"if-none-match": 'W/"other"'}).status_code == 200


def test_R04_the_catalog_that_is_kept_is_the_catalog(client) -> None:
    assert client.get("/api/catalog").json() == json.loads(json.dumps(catalog()))


def test_R04_only_the_plain_sources_are_at_static_and_no_page_loads_them() -> None:
    """They are there to be read, and named nowhere: README and CONTRIBUTING say where they are."""
    files = [*(ROOT / "templates").iterdir(), *(ROOT / "static").rglob("*.*")]
    assert {str(path) for path in files if "/static/" in path.read_text(encoding="utf-8")} == set()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("static", "templates"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def write(path: Path, text: str) -> None:
    time.sleep(0.01)  # file systems count time in steps
    path.write_text(text, encoding="utf-8")


def test_R04_a_changed_file_is_in_the_next_page_without_a_restart(root: Path) -> None:
    site = Site(root)
    before = site.page(PLAYGROUND)
    assert site.page(PLAYGROUND) is before
    old = named_by(before.body.decode())
    path = root / "static" / "js" / "charts" / "plane.js"
    write(path, path.read_text(encoding="utf-8") + 'export const mark = "changed";\n')
    new = named_by(site.page(PLAYGROUND).body.decode())
    (was,), (now,) = old - new, new - old
    assert was.endswith("/playground.js")
    assert site.asset(now).body.endswith(site.asset(was).body[-100:])
    assert b'"changed"' in site.asset(now).body
    assert b'"changed"' not in site.asset(was).body  # who has the page of before gets its files
    write(
        root / "templates" / "docs.html",
        "{% extends 'base.html' %}{% block body %}new{% endblock %}",
    )
    assert b"new" in site.page(DOCS).body


def test_R04_a_script_that_cannot_be_bundled_is_told_until_it_can(root: Path) -> None:
    site = Site(root)
    path = root / "static" / "js" / "dom.js"
    text = path.read_text(encoding="utf-8")
    write(path, text + "export default 1;\n")
    for _ in range(2):
        with pytest.raises(CannotBundle, match=rf"^js/dom\.js:{text.count(chr(10)) + 1}: "):
            site.page(PLAYGROUND)
    write(path, text)
    assert site.page(PLAYGROUND)


def test_R04_a_page_from_before_a_restart_finds_its_files(root: Path) -> None:
    before, after = Site(root), Site(root)
    for url in named_by(before.page(PLAYGROUND).body.decode()):
        assert after.asset(url) is not None
