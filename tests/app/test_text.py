"""Text over HTTP: what comes next, what surprises, what is written, and what of a text cannot be."""

import json
import time
from typing import Any

import httpx
import numpy as np
import pytest

from tests.serving import wait_for

VERSE = "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？人不知而不愠，不亦君子乎？\n" * 6


@pytest.fixture
def made(client: httpx.Client) -> Any:
    """A function that makes networks, which are deleted in the end."""
    urls: list[str] = []

    def make(dataset: dict[str, Any]) -> str:
        answer = client.post("/api/networks", json={"dataset": dataset})
        assert answer.status_code == 201, answer.text
        urls.append(f"/api/networks/{answer.json()['id']}")
        return urls[-1]

    yield make
    for url in urls:
        client.delete(url)


@pytest.fixture
def zen(client: httpx.Client, made: Any) -> str:
    url = made({"kind": "zen"})
    client.post(f"{url}/train", json={"steps": 30})
    return url


def refused(answer: httpx.Response, code: str, status: int = 422) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    return answer.json()


def test_the_next_character_is_told_with_what_temperature_and_top_k_make_of_it(client, zen) -> None:
    asked = {"prompt": "Now is bett", "temperature": 0.5, "top_k": 3}
    found = client.post(f"{zen}/next", json=asked).json()
    vocabulary = client.get(f"{zen}/dataset").json()["vocabulary"]
    assert (found["step"], found["prompt"], found["read"]) == (30, asked["prompt"], 11)
    assert sorted(c["character"] for c in found["characters"]) == vocabulary
    own = np.array([c["probability"] for c in found["characters"]])
    drawn = np.array([c["drawn"] for c in found["characters"]])
    assert own.sum() == pytest.approx(1)
    assert (np.diff(own) <= 0).all()
    sharper = np.where(np.arange(len(own)) < 3, own**2, 0)  # divided by 0.5, and the first three
    np.testing.assert_allclose(drawn, sharper / sharper.sum(), rtol=1e-5)
    # It is what predict says of that window.
    tokens = [vocabulary.index(c) for c in "Now is better than right now. If"]
    outputs = client.post(f"{zen}/predict", json={"inputs": [tokens]}).json()["outputs"][0][-1]
    after = client.post(f"{zen}/next", json={"prompt": "Now is better than right now. If"}).json()
    told = {c["character"]: c["probability"] for c in after["characters"]}
    assert [told[c] for c in vocabulary] == pytest.approx(outputs, rel=1e-4)
    names = {c["character"]: c["name"] for c in found["characters"]}
    assert (names[" "], names["\n"], names["e"]) == ("␣", "⏎", "e")


def test_alternatives_come_with_what_is_written_and_are_what_next_says(client, zen) -> None:
    asked = {"prompt": "Beautiful", "length": 12, "temperature": 0.7, "top_k": 5, "alternatives": 8}
    found = client.post(f"{zen}/generate", json=asked).json()
    assert len(found["alternatives"]) == 12
    settings = {"temperature": 0.7, "top_k": 5}
    for i, told in enumerate(found["alternatives"]):
        prompt = "Beautiful" + found["text"][:i]
        said = client.post(f"{zen}/next", json={"prompt": prompt, **settings}).json()["characters"]
        assert told["characters"] == [c["character"] for c in said[:8]]
        assert told["drawn"] == pytest.approx([c["drawn"] for c in said[:8]])
        assert found["text"][i] in told["characters"][:5]
    greedy = client.post(f"{zen}/generate", json={**asked, "temperature": 0, "top_k": None}).json()
    one = client.post(f"{zen}/generate", json={**asked, "temperature": 2.5, "top_k": 1}).json()
    assert one["text"] == greedy["text"]


def test_a_text_is_as_surprising_as_it_was_probable(client, zen) -> None:
    found = client.post(f"{zen}/generate", json={"prompt": "I", "length": 60}).json()
    said = client.post(f"{zen}/surprise", json={"text": "I" + found["text"]}).json()
    assert said["characters"][0] == {
        "character": "I",
        "name": "I",
        "probability": None,
        "bits": None,
    }
    rest = said["characters"][1:]
    assert [c["probability"] for c in rest] == pytest.approx(found["probabilities"], rel=1e-3)
    bits = [c["bits"] for c in rest]
    assert bits == pytest.approx((-np.log2(found["probabilities"])).tolist(), abs=0.01)
    assert said["bits_per_character"] == pytest.approx(np.mean(bits))
    assert said["perplexity"] == pytest.approx(2 ** np.mean(bits))


def test_news_come_in_small_pieces_while_the_network_plays(client, zen) -> None:
    client.post(f"{zen}/play", json={})
    asked = {"length": 3000, "temperature": 1.0, "alternatives": 5}
    url = client.post(f"{zen}/generate?wait=0", json=asked).headers["Location"]
    pieces = []
    with client.stream("GET", f"{url}/stream") as response:
        before = client.get(zen).json()["step"]
        for line in response.iter_lines():
            if line.startswith("data: {") and '"news"' in line:
                pieces.append(json.loads(line[6:])["news"].get("text", ""))
    assert len("".join(pieces)) == 3000
    assert len(pieces) > 3
    wait_for(lambda: client.get(zen).json()["step"] > before)
    assert client.get(zen).json()["state"] == "playing"
    client.post(f"{zen}/pause")


def test_chinese_is_learned_and_written(client, made) -> None:
    url = made({"kind": "own_text", "text": VERSE})
    first = client.post(f"{url}/train", json={"steps": 1}).json()["loss"]
    assert client.post(f"{url}/train", json={"steps": 60}).json()["loss"] < first / 2
    found = client.post(f"{url}/generate", json={"prompt": "不亦", "length": 30}).json()
    assert set(found["text"]) <= set(VERSE)
    names = client.get(f"{url}/dataset").json()["class_names"]
    assert {"⏎", "学", "，"} <= set(names)
    refused_ = refused(
        client.post(f"{url}/generate", json={"prompt": "不亦,"}), "generate.looks_alike"
    )
    assert refused_["values"] == {"character": ", (U+002C)", "like": "， (U+FF0C)"}


def test_a_text_says_what_was_brought_to_one_form(client, made) -> None:
    typed = "Un cafe\u0301 noir,\r\nun café au lait.\r\n" * 5
    url = made({"kind": "own_text", "text": typed})
    data = client.get(f"{url}/dataset").json()
    assert data["one_form"] == {"line_ends": 10, "composed": 5}
    assert "\r" not in data["vocabulary"]
    assert "\u0301" not in data["vocabulary"]
    plain = typed.replace("\r\n", "\n").replace("e\u0301", "é")
    other = client.get(f"{made({'kind': 'own_text', 'text': plain})}/dataset").json()
    assert other["one_form"] == {"line_ends": 0, "composed": 0}
    assert {**other, "one_form": 0} == {**data, "one_form": 0}
    kept = client.post(
        "/api/datasets", json={"name": "cafés", "dataset": {"kind": "own_text", "text": typed}}
    ).json()
    assert (kept["rows"], kept["one_form"]) == (len(plain), {"line_ends": 10, "composed": 5})
    assert kept["digest"] == data["digest"]
    assert kept["dataset"]["text"] == typed  # nothing of it is lost
    client.delete(f"/api/datasets/own/{kept['id']}")
    prompts = ("cafe\u0301 noir,\r\n", "café noir,\n")
    one, two = (client.post(f"{url}/next", json={"prompt": p}).json() for p in prompts)
    assert one == two
    assert one["prompt"] == prompts[1]
    assert client.get(f"{made({'kind': 'zen'})}/dataset").json()["one_form"] is None


@pytest.mark.parametrize(
    ("text", "code", "values"),
    [
        ("", "text.empty", {}),
        (" \n\t", "text.empty", {}),
        ("字", "text.too_short", {"characters": 1, "least": 33}),
        ("字" * 500, "text.one_character", {"character": "字"}),
        ("\u200b" * 500, "text.one_character", {"character": "U+200B"}),
        ("ab" * 10_001, "text_too_long", {"most": 20_000}),
        (
            "".join(map(chr, range(0x4E00, 0x4E00 + 1100))),
            "text.too_many_characters",
            {"most": 1024},
        ),
    ],
    ids=["empty", "blank", "one", "one over and over", "invisible", "long", "kinds"],
)
def test_what_is_no_text_to_learn_is_said(client, text: str, code: str, values: Any) -> None:
    asked = {"dataset": {"kind": "own_text", "text": text}}
    for answer in (
        client.post("/api/networks", json=asked),
        client.post("/api/datasets", json={"name": "x", **asked}),
    ):
        problem = refused(answer, code)
        assert values.items() <= problem["values"].items()


def test_ten_megabytes_of_text_are_refused_with_the_limit_at_once(client) -> None:
    text = "All of it, again. " * 560_000
    asked = {"dataset": {"kind": "own_text", "text": text}}
    begin = time.monotonic()
    spec = refused(client.post("/api/networks", json=asked), "too_large", 413)
    assert (spec["limit"], spec["value"]) == ("max_spec_bytes", 262_144)
    own = refused(client.post("/api/datasets", json={"name": "x", **asked}), "too_large", 413)
    assert own["limit"] == "max_body_bytes"
    assert time.monotonic() - begin < 20
    assert client.get("/healthz").status_code == 200


def test_bad_prompts_and_figures_name_the_limit(client, zen) -> None:
    kinds = len(client.get(f"{zen}/dataset").json()["vocabulary"])
    for path in ("generate", "next"):
        many = refused(client.post(f"{zen}/{path}", json={"prompt": "a", "top_k": kinds + 1}), "generate.top_k_too_large")  # fmt: skip
        assert (many["limit"], many["value"]) == ("vocabulary", kinds)
        refused(client.post(f"{zen}/{path}", json={"prompt": "a", "top_k": 0}), "number_too_small")
        refused(
            client.post(f"{zen}/{path}", json={"prompt": "a", "temperature": -0.1}),
            "number_too_small",
        )
        unknown = refused(
            client.post(f"{zen}/{path}", json={"prompt": "a\u200b"}), "generate.unknown_character"
        )
        assert unknown["values"]["character"] == "U+200B"
        assert refused(client.post(f"{zen}/{path}", json={"prompt": "a" * 2001}), "text_too_long")
    refused(client.post(f"{zen}/next", json={"prompt": ""}), "next.no_prompt")
    refused(client.post(f"{zen}/surprise", json={"text": "a"}), "surprise.too_short")
    refused(client.post(f"{zen}/surprise", json={"text": ""}), "surprise.too_short")
    refused(
        client.post(f"{zen}/generate", json={"length": 10_000, "alternatives": 20}),
        "generate.too_many_alternatives",
    )
