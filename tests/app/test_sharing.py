"""Links as pictures, and pages in other sites' frames."""

import re
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from app.settings import Settings
from tests.serving import serve


def test_a_link_becomes_a_qr_code(client) -> None:
    text = "http://127.0.0.1:8000/#e=" + "a" * 400
    answer = client.get("/api/qr", params={"text": text})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.text.startswith("<?xml") or answer.text.startswith("<svg")
    assert client.get("/api/qr", params={"text": text + "b"}).text != answer.text


@pytest.mark.parametrize("text", ["", "x" * 2001, "语" * 1500])
def test_what_no_qr_code_holds_is_refused(client, text) -> None:
    answer = client.get("/api/qr", params={"text": text})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].endswith("text")


def ancestors(folder: Path, **settings: str) -> str:
    with serve(folder, **settings) as server:
        answer = httpx.get(server.url)
    found = re.search(r"frame-ancestors ([^;]*)", answer.headers["content-security-policy"])
    assert found
    assert ("data-embedding" in answer.text) == (found[1] != "'none'")
    return found[1]


def test_only_named_sites_may_show_the_page_in_a_frame(tmp_path: Path) -> None:
    assert ancestors(tmp_path / "a") == "'none'"
    named = ancestors(tmp_path / "b", embed=" http://127.0.0.1:9000  https://*.example ")
    assert named == "http://127.0.0.1:9000 https://*.example"
    with pytest.raises(ValidationError, match="no origin"):
        Settings(embed="https://a.example; script-src *")
