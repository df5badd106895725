"""Runs over HTTP: what begins one, bringing one back, the best, and how it is told."""

import json
import time
from typing import Any

import httpx
import pytest

from app.past import MAX_RUNS
from tests.app.test_streams import events
from tests.serving import wait_for

ADAM = {"dataset": {"kind": "xor", "samples": 60}, "layers": [{"units": 4}], "batch_size": 7,
        "optimizer": {"kind": "adam", "learning_rate": 0.01}}  # fmt: skip


def made(client: httpx.Client, spec: dict[str, Any] = ADAM) -> str:
    return f"/api/networks/{client.post('/api/networks', json=spec).json()['id']}"


def losses(client: httpx.Client, url: str, steps: int) -> list[float]:
    return client.post(f"{url}/train", json={"steps": steps}).json()["losses"]


def numbers(client: httpx.Client, url: str) -> list[int]:
    return [run["run"] for run in client.get(f"{url}/runs").json()]


def test_another_data_set_begins_a_run_at_step_0(client: httpx.Client) -> None:
    url = made(client)
    losses(client, url, 50)
    before = client.get(url).json()
    after = client.patch(url, json={"dataset": {"kind": "circle"}}).json()
    assert (before["run"], before["step"]) == (0, 50)
    assert (after["run"], after["step"], after["epoch"]) == (1, 0, 0)
    assert after["generation"] == before["generation"] + 1
    assert after["marks"] == []
    history = client.get(f"{url}/history").json()
    assert (history["step"], history["test_step"]) == ([], [0])
    assert history["generation"] == after["generation"]


def test_other_settings_go_on_and_leave_a_mark(client: httpx.Client) -> None:
    url = made(client)
    losses(client, url, 12)
    after = client.patch(
        url, json={"optimizer": {"learning_rate": 0.03}, "dataset": {"noise": 0.2}}
    )
    assert (after.json()["run"], after.json()["step"]) == (0, 12)
    mark = {"step": 12, "what": ["dataset.noise", "optimizer.learning_rate"], "before": [0.1, 0.01],
            "after": [0.2, 0.03]}  # fmt: skip
    assert after.json()["marks"] == [mark]
    assert client.get(f"{url}/history").json()["marks"] == [mark]
    assert client.get(url).json()["marks"] == [mark]


@pytest.mark.parametrize("change", [{"dataset": {"kind": "circle"}}, {"layers": []}, None], ids=str)
def test_a_run_is_brought_back_to_the_bit(client: httpx.Client, change: dict | None) -> None:
    def begin_another(one: str) -> int:
        if change is None:
            return client.post(f"{one}/reset", json={"seed": 5}).json()["run"]
        return client.patch(one, json=change).json()["run"]

    url, alone, after = made(client), made(client), made(client)
    for one in (url, alone, after):
        losses(client, one, 33)
        client.patch(one, json={"batch_size": 5})
        losses(client, one, 20)
    assert begin_another(url) == 1
    other = losses(client, url, 9)
    back = client.post(f"{url}/runs/0/restore")
    assert back.status_code == 200, back.text
    told, wanted = back.json(), client.get(alone).json()
    same = (
        "spec",
        "step",
        "epoch",
        "loss",
        "test_loss",
        "metrics",
        "marks",
        "best_step",
        "best_loss",
        "run",
    )
    assert {name: told[name] for name in same} == {name: wanted[name] for name in same}
    histories = [client.get(f"{one}/history").json() for one in (url, alone)]
    assert {**histories[0], "generation": 0} == {**histories[1], "generation": 0}
    assert losses(client, url, 25) == losses(client, alone, 25)
    # And the one that was left goes on as well.
    client.post(f"{url}/runs/1/restore")
    begin_another(after)
    assert losses(client, after, 9) == other
    assert losses(client, url, 9) == losses(client, after, 9)


def test_runs_are_listed_newest_first(client: httpx.Client) -> None:
    url = made(client)
    losses(client, url, 30)
    client.patch(url, json={"dataset": {"kind": "circle"}})
    client.patch(url, json={"layers": [{"units": 5}, {"units": 3}]})
    found = client.get(f"{url}/runs").json()
    assert [(r["run"], r["step"], r["name"], r["dataset"], r["current"]) for r in found] == [
        (2, 0, "circle 5-3-2", "circle", True),
        (1, 0, "circle 4-2", "circle", False),
        (0, 30, "xor 4-2", "xor", False),
    ]
    assert found[2]["loss"] < 1
    quality = ("accuracy", "balanced_accuracy")
    assert set(found[2]["metrics"]) == {*quality, *(f"test_{name}" for name in quality)}
    client.post(f"{url}/runs/0/restore")
    assert [(r["run"], r["current"]) for r in client.get(f"{url}/runs").json()] == [
        (2, False), (1, False), (0, True),
    ]  # fmt: skip
    client.post(f"{url}/reset")  # numbers are not used again
    assert numbers(client, url) == [3, 2, 1, 0]


def test_the_last_sixteen_are_kept_and_what_is_gone_is_said(client: httpx.Client) -> None:
    url = made(client)
    for _ in range(MAX_RUNS + 3):
        client.post(f"{url}/reset")
    assert numbers(client, url) == list(range(MAX_RUNS + 3, 2, -1))
    gone = client.post(f"{url}/runs/0/restore")
    assert gone.status_code == 404
    assert "no run 0" in gone.json()["detail"]
    assert client.post(f"{url}/runs/999/restore").status_code == 404
    assert client.post(f"{url}/runs/-1/restore").status_code == 422
    # The one brought back ended last when it is left again: it is not the first to go.
    client.post(f"{url}/runs/3/restore")
    for _ in range(5):
        client.post(f"{url}/reset")
    assert 3 in numbers(client, url)
    assert len(numbers(client, url)) == MAX_RUNS + 1


def test_bytes_of_runs_are_bounded_too(client: httpx.Client, monkeypatch) -> None:
    monkeypatch.setattr("app.past.MAX_RUNS_BYTES", 15_000)
    url = made(client)
    for _ in range(12):
        client.post(f"{url}/reset")
    found = numbers(client, url)
    assert found[0] == 12
    assert 2 < len(found) < 12
    assert found == list(range(12, 12 - len(found), -1))


def test_a_run_that_is_too_large_by_itself_is_not_kept_and_all_else_works(
    client: httpx.Client,
) -> None:
    url = made(client, {"layers": [{"units": 512}] * 4, "optimizer": {"kind": "adam"}})
    assert client.get(url).json()["parameters"] > 780_000
    assert client.post(f"{url}/reset").json()["run"] == 1  # 9.5 MB: kept, without its best
    assert numbers(client, url) == [1, 0]
    client.patch(url, json={"optimizer": {"kind": "lbfgs"}})
    assert client.post(f"{url}/reset").json()["run"] == 2
    assert numbers(client, url) == [2, 0]
    assert client.post(f"{url}/runs/1/restore").status_code == 404
    assert client.post(f"{url}/runs/0/restore").json()["run"] == 0
    client.delete(url)


def test_to_bring_back_the_present_run_changes_nothing(client: httpx.Client) -> None:
    url = made(client)
    losses(client, url, 5)
    before = client.get(url).json()
    assert client.post(f"{url}/runs/0/restore").json() == before
    assert numbers(client, url) == [0]


def test_a_patch_keeps_playing_and_bringing_back_pauses(client: httpx.Client) -> None:
    url = made(client)
    client.post(f"{url}/play", json={"steps_per_second": 500})
    wait_for(lambda: client.get(url).json()["step"] > 20)
    changed = client.patch(url, json={"dataset": {"kind": "circle"}}).json()
    assert changed["state"] == "playing"
    wait_for(lambda: client.get(url).json()["step"] > 5)
    ended = next(r for r in client.get(f"{url}/runs").json() if r["run"] == 0)
    back = client.post(f"{url}/runs/0/restore").json()
    assert (back["state"], back["step"]) == ("paused", ended["step"])
    time.sleep(0.2)
    assert client.get(url).json()["step"] == ended["step"]


def test_watchers_are_told_of_another_run_with_its_course(client: httpx.Client) -> None:
    url = made(client)
    losses(client, url, 40)
    course = client.get(f"{url}/history").json()
    with client.stream("GET", f"{url}/stream?weights=false") as response:
        found = (data for event, _, data in events(response) if event == "frame")
        first = next(found)
        client.patch(url, json={"dataset": {"kind": "circle"}})
        second = next(found)
        client.post(f"{url}/runs/0/restore")
        third = next(found)
    assert [frame["run"] for frame in (first, second, third)] == [0, 1, 0]
    assert [frame["step"] for frame in (first, second, third)] == [40, 0, 40]
    grown = [frame["generation"] for frame in (first, second, third)]
    assert grown == [grown[0], grown[0] + 1, grown[0] + 2]
    assert second["loss_points"] == []
    assert [step for step, _ in third["loss_points"]] == course["step"]
    assert len({frame["revision"] for frame in (first, second, third)}) == 3


# The best


def worsened(client: httpx.Client) -> str:
    url = made(client)
    for _ in range(5):
        losses(client, url, 40)
    client.patch(url, json={"optimizer": {"learning_rate": 9.0}})
    losses(client, url, 60)
    return url


def test_it_goes_back_to_its_best_whole_and_from_there_to_where_it_was(
    client: httpx.Client,
) -> None:
    url = worsened(client)
    before, history = client.get(url).json(), client.get(f"{url}/history").json()
    assert before["best_loss"] == min(history["test_loss"])
    assert (
        before["best_step"] == history["test_step"][history["test_loss"].index(before["best_loss"])]
    )
    assert before["best_step"] < before["step"]
    frame = client.post(f"{url}/best").json()
    assert (frame["step"], frame["test_loss"]) == (before["best_step"], before["best_loss"])
    assert (frame["run"], frame["generation"]) == (1, before["generation"] + 1)
    course = client.get(f"{url}/history").json()
    assert course["test_step"][-1] == course["step"][-1] == frame["step"]
    again = client.post(f"{url}/best")  # it is there: no other run
    assert (again.status_code, again.json()["run"]) == (200, 1)
    back = client.post(f"{url}/runs/0/restore").json()
    assert (back["step"], back["loss"]) == (before["step"], before["loss"])
    assert client.get(f"{url}/history").json()["test_loss"] == history["test_loss"]


def test_where_nothing_was_measured_there_is_no_best(client: httpx.Client) -> None:
    url = made(client, {"dataset": {"kind": "drawn"}})
    assert client.get(url).json()["best_step"] is None
    refused = client.post(f"{url}/best")
    assert refused.status_code == 409
    assert "nothing was measured" in refused.json()["detail"]


def test_going_back_to_the_best_pauses(client: httpx.Client) -> None:
    url = worsened(client)
    client.post(f"{url}/play", json={"steps_per_second": 50})
    frame = client.post(f"{url}/best").json()
    assert frame["state"] == "paused"
    time.sleep(0.2)
    assert client.get(url).json()["step"] == frame["step"]


def test_every_frame_says_which_run_it_is_of(client: httpx.Client) -> None:
    url = made(client)
    for answer in (
        client.post(f"{url}/train", json={"steps": 3}), client.post(f"{url}/play"),
        client.post(f"{url}/pause"), client.put(f"{url}/weights", json={"output.bias": [1, 2]}),
    ):  # fmt: skip
        assert answer.json()["run"] == 0
        assert answer.json()["best_loss"] is not None
        assert answer.json()["stopped"] is None
    with client.stream("GET", f"{url}/stream?limit=1&weights=false") as response:
        line = next(x for x in response.iter_lines() if x.startswith("data"))
    assert {"run", "best_step", "best_loss", "stopped"} <= json.loads(line[6:]).keys()
