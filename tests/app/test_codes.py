"""What cannot be is said with a code and its values, wherever it is found out."""

from typing import Any

import httpx
import pytest

SPEC = "POST /api/networks"
PROBLEMS: dict[str, tuple[str, Any, int, str, dict[str, Any]]] = {
    "a number too large": (SPEC, {"batch_size": 20_001}, 422, "number_too_large", {"most": 20_000}),
    "a number too small": (SPEC, {"layers": [{"units": 0}]}, 422, "number_too_small", {"least": 1}),
    "a number at its open end": (
        SPEC, {"layers": [{"kind": "dropout", "rate": 1}]}, 422, "number_not_below", {"most": 1},
    ),
    "no number": (SPEC, {"optimizer": {"learning_rate": "x"}}, 422, "not_a_number", {}),
    "no whole number": (SPEC, {"batch_size": "10"}, 422, "not_a_whole_number", {}),
    "an unknown field": (SPEC, {"nope": 1}, 422, "unknown_field", {}),
    "an unknown kind": (
        SPEC, {"schedule": {"kind": "nope"}}, 422, "unknown_kind",
        {"known": "constant, step, exponential, cosine, warm_up, one_cycle, plateau"},
    ),
    "an unknown choice": (SPEC, {"loss": "nope"}, 422, "unknown_choice", {}),
    "too many of a list": (SPEC, {"layers": [{}] * 13}, 422, "too_long", {"most": 12}),
    "too few of a list": (SPEC, {"features": []}, 422, "too_short", {"least": 1}),
    "a text too long": (
        SPEC, {"dataset": {"kind": "own_text", "text": "a" * 20_001}}, 422, "text_too_long", {"most": 20_000},
    ),
    "no list": (SPEC, {"layers": 3}, 422, "not_a_list", {}),
    "no object": (SPEC, {"optimizer": 3}, 422, "not_an_object", {}),
    "what is missing": ("PUT /weights", None, 422, "missing", {}),
    "a kernel too large": (
        SPEC,
        {"dataset": {"kind": "digits"},
         "layers": [{"kind": "conv2d", "kernel_size": 11, "padding": "valid"}, {"kind": "flatten"}]},
        422, "layers.kernel_too_large", {"size": 11, "shape": "8 x 8 x 1", "most": 8},
    ),
    "a dense layer on an image": (
        SPEC, {"dataset": {"kind": "digits"}, "layers": [{"kind": "dense"}]}, 422, "layers.takes_rows",
        {"shape": "8 x 8 x 1"},
    ),
    "a loss for other data": (
        SPEC, {"dataset": {"kind": "sine"}, "loss": "hinge"}, 422, "loss_needs_classes",
        {"loss": "hinge", "dataset": "sine", "fitting": "mse, mae, huber"},
    ),
    "too many parameters": (
        SPEC, {"layers": [{"units": 512}] * 12}, 422, "too_many_parameters", {"most": 1_000_000},
    ),
    "data that are gone": (SPEC, {"dataset": {"kind": "own", "id": "nope"}}, 422, "no_such_dataset", {}),
    "a row too short": (
        "POST /api/datasets", {"csv": "1,2,A\n3,4\n"}, 422, "table.row_of_other_length",
        {"row": 2, "cells": 2, "columns": 3},
    ),
    "a cell that is no number": (
        "POST /api/datasets", {"csv": "1,2,A\nx,4,B\n"}, 422, "table.not_a_number",
        {"row": 2, "column": 1, "cell": "x"},
    ),
    "too many steps": ("POST /train", {"steps": 10**9}, 422, "too_many_steps", {"steps": 10**9}),
    "steps and epochs": ("POST /train", {"steps": 1, "epochs": 1}, 422, "steps_or_epochs", {}),
    "a sample that is not there": (
        "POST /gradients", {"samples": [5000]}, 422, "samples.unknown", {"part": "training"},
    ),
    "a parameter that is not there": ("PUT /weights", {"nope": [1]}, 422, "weights.unknown", {"name": "nope"}),
    "no text": ("POST /generate", {}, 422, "generate.no_text", {"dataset": "spiral"}),
    "nothing to follow": ("POST /next", {"prompt": "a"}, 422, "generate.no_text", {"dataset": "spiral"}),
    "no text to be surprised by": ("POST /surprise", {"text": "ab"}, 422, "generate.no_text", {}),
    "no network": ("GET /api/networks/nope", None, 404, "no_such_network", {}),
    "no job": ("GET /api/jobs/nope", None, 404, "no_such_job", {}),
    "no address": ("GET /nope", None, 404, "no_such_address", {}),
    "no such method": ("DELETE /api/catalog", None, 405, "no_such_method", {}),
    "no average": ("GET /weights?average=true", None, 409, "no_average", {}),
    "too large a body": (
        "POST /train", {"steps": 1, "losses": "x" * 70_000}, 413, "too_large",
        {"limit": "max_command_bytes", "most": 65_536},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PROBLEMS)
def test_a_problem_has_a_code_and_the_values_of_its_sentence(
    client: httpx.Client, url: str, case: str
) -> None:
    asked, body, status, code, values = PROBLEMS[case]
    method, path = asked.split(" ")
    known = path.startswith("/api") or path == "/nope"
    answer = client.request(method, path if known else url + path, json=body)
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert problem["code"] == code, problem
    assert values.items() <= problem["values"].items(), problem["values"]
    assert problem["detail"]
    assert "{" not in problem["detail"]
    for entry in problem.get("errors", []):
        assert entry.keys() >= {"field", "message", "code", "values"}
    if "errors" in problem:
        assert problem["errors"][0]["code"] == code
        assert problem["errors"][0]["values"] == problem["values"]


def test_a_limit_keeps_its_name_and_value_beside_the_code(client, url) -> None:
    problem = client.post(f"{url}/train", json={"steps": 10**9}).json()
    assert problem["limit"] == "max_steps_per_call"
    assert problem["value"] == problem["values"]["most"]


def test_a_mistake_of_many_is_said_for_each(client) -> None:
    problem = client.post("/api/networks", json={"batch_size": 0, "seed": -1, "nope": 1}).json()
    found = {entry["field"]: entry["code"] for entry in problem["errors"]}
    assert found == {
        "batch_size": "number_too_small",
        "seed": "number_too_small",
        "nope": "unknown_field",
    }


def test_what_is_made_in_a_worker_keeps_its_code(client, url) -> None:
    """A divergence, and a command that the network's state does not allow."""
    client.patch(url, json={"optimizer": {"kind": "sgd", "learning_rate": 1000}, "loss": "mse"})
    frame = client.post(f"{url}/train", json={"steps": 2000, "losses": "none"}).json()
    divergence = frame["divergence"]
    assert divergence["code"] in ("diverged_loss", "diverged_weights")
    assert divergence["values"]["step"] == divergence["step"]
    assert divergence["detail"].startswith("Training diverged after step")
    refused = client.post(f"{url}/play", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "diverged_before")


def test_a_job_and_a_network_say_what_failed_with_codes_or_null(client) -> None:
    spec = {"dataset": {"kind": "zen"}, "loss": "sequence_cross_entropy", "layers": [
        {"kind": "embedding"}, {"kind": "gru", "units": 4, "return_sequences": True}]}  # fmt: skip
    network = client.post("/api/networks", json=spec).json()
    assert (network["notice"], network["notice_code"], network["notice_values"]) == (None,) * 3
    asked = client.post(f"/api/networks/{network['id']}/generate?wait=0", json={"length": 5})
    job = asked.json()
    assert (job["failure"], job["failure_code"], job["failure_values"]) == (None,) * 3


def test_the_document_shows_code_and_values(client) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    problem = schemas["ProblemOut"]
    assert {"code", "values"} <= set(problem["required"])
    assert problem["example"]["code"] == "layers.kernel_too_large"
    assert {"code", "values"} <= schemas["MistakeOut"]["properties"].keys()
