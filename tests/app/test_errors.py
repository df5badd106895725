"""Only what is refused is a 4xx; what is our own fault is a 500, whatever class it has."""

import logging

import pytest


@pytest.mark.parametrize("fault", [ValueError, KeyError, TypeError])
def test_a_fault_of_ours_blames_nobody(client, url, server, monkeypatch, caplog, fault) -> None:
    async def broken(*_: object) -> bytes:
        raise fault("a bug")

    monkeypatch.setattr(server.networks, "call", broken)
    with caplog.at_level(logging.CRITICAL):
        answer = client.post(f"{url}/trace", json={"samples": [0]})
    assert answer.status_code == 500
    assert "errors" not in answer.json()
    assert "a bug" not in answer.text


def test_what_a_worker_refuses_names_its_place_and_limit(client, url) -> None:
    answer = client.post(f"{url}/gradients", json={"samples": [5_000]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "samples"
    answer = client.patch(
        url, json={"layers": [{"kind": "dense"}, {"kind": "residual", "span": 5}]}
    )
    assert answer.json()["errors"][0]["field"] == "layers.1.span"
