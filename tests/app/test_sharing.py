"""Links as pictures, and pages in other sites' frames."""

import re

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from app.main import create_app
from app.settings import Settings


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


def ancestors(settings: Settings) -> str:
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        answer = client.get("/")
        found = re.search(r"frame-ancestors ([^;]*)", answer.headers["content-security-policy"])
        assert found
        assert ("data-embedding" in answer.text) == (found[1] != "'none'")
        return found[1]


def test_only_named_sites_may_show_the_page_in_a_frame(tmp_path) -> None:
    assert ancestors(Settings(data_dir=tmp_path / "a", workers=1)) == "'none'"
    named = Settings(
        data_dir=tmp_path / "b", workers=1, embed=" http://127.0.0.1:9000  https://*.example "
    )
    assert ancestors(named) == "http://127.0.0.1:9000 https://*.example"
    with pytest.raises(ValidationError, match="no origin"):
        Settings(embed="https://a.example; script-src *")
