"""Updates worked out line by line, made, and asked about, over HTTP."""

import pytest

from app.schemas import ExerciseOut, ExerciseResultOut, WorkedOut

from .test_insight import OF_LAYER, ask
from .test_insight import made as network

SMALL = {"layers": [{"units": 4}, {"units": 3}]}


def value_of(term) -> float:
    """What a term of the four kinds of arithmetic comes to."""
    if "op" not in term:
        return term["value"]
    parts = [value_of(part) for part in term["of"]]
    more = term["more"]["value"] if term.get("more") else 0
    if term["op"] == "add":
        return sum(parts) + more
    first, *rest = parts
    for part in rest:
        first = {
            "multiply": first * part, "subtract": first - part, "divide": first / (part or 1),
        }[term["op"]]  # fmt: skip
    return first


@pytest.mark.parametrize("kind", OF_LAYER)
def test_every_kind_of_layer_is_worked_out(client, kind) -> None:
    with network(client, OF_LAYER[kind]) as url:
        ask(client, "POST", f"{url}/train", {"steps": 3})
        found = ask(client, "POST", f"{url}/worked", {"samples": [1, 4], "sample": 4})
        WorkedOut.model_validate(found)
        assert (found["step"], found["samples"], found["sample"]) == (3, [1, 4], 4)
        assert {line["chapter"] for line in found["lines"]} == set(range(1, 9))
        for level in (1, 2, 3):
            made = ask(client, "POST", f"{url}/exercise", {"seed": 2, "level": level})
            ExerciseOut.model_validate(made)
            assert made["blanks"]


def test_the_lines_are_those_of_the_trace(client) -> None:
    with network(client, SMALL) as url:
        found = ask(client, "POST", f"{url}/worked", {"samples": [7], "units": {"dense_1": [2]}})
        traced = ask(client, "POST", f"{url}/trace", {"samples": [7]})
        assert found["next_samples"] == traced["entries"][-1]["next_samples"]
        z = next(line for line in found["lines"] if line["what"] == "weighted_sum")
        assert z["left"] == "z^(1)_3"
        assert z["value"] == next(e for e in traced["entries"] if "z" in e)["z"][0][2]
        assert value_of(z["term"]) == pytest.approx(z["value"], rel=1e-5)
        assert z["at"] == {"layer": "dense_1", "array": "z", "index": [0, 2]}


def test_apply_makes_the_update_shown_and_only_that_of_its_step(client) -> None:
    with network(client, SMALL) as url:
        traced = ask(client, "POST", f"{url}/trace", {"samples": [2, 5]})
        frame = ask(client, "POST", f"{url}/apply", {"samples": [2, 5], "step": 0})
        assert frame["step"] == 1
        weights = ask(client, "GET", f"{url}/weights")
        for entry in traced["entries"]:
            if "weight_after" in entry:
                assert weights[f"{entry['layer']}.{entry['parameter']}"] == entry["weight_after"]
        again = client.post(f"{url}/apply", json={"samples": [2, 5], "step": 0})
        assert again.status_code == 409
        problem = again.json()
        assert (problem["code"], problem["values"]) == ("went_on", {"step": 0, "now": 1})
        assert ask(client, "GET", f"{url}/weights") == weights


def test_a_chosen_number_is_held_to_central_differences(client) -> None:
    with network(client, SMALL) as url:
        found = ask(client, "POST", f"{url}/worked", {"samples": [3]})
        place = found["places"]["dense_1.weight"]
        asked = {"samples": [3], "at": {"dense_1.weight": place}}
        checked = ask(client, "POST", f"{url}/check-gradient", asked)
        assert checked["passed"]
        assert list(checked["parameters"]) == ["dense_1.weight"]
        one = checked["parameters"]["dense_1.weight"]
        assert (one["at"], one["checked"]) == (place, 1)
        gradient = found["chains"]["dense_1.weight"]["gradient"]
        assert one["difference"] == pytest.approx(gradient, rel=1e-4)


def test_an_exercise_is_solved_hint_by_hint(client) -> None:
    with network(client, SMALL) as url:
        asked = {"seed": 5, "level": 2}
        made = ask(client, "POST", f"{url}/exercise", asked)
        assert made == ask(client, "POST", f"{url}/exercise", asked)
        solved = ask(client, "POST", f"{url}/exercise", {**asked, "solutions": True})
        blanks = {line["blank"]: line for line in made["lines"] if line.get("blank")}
        assert all(line["value"] is None and line["term"] is None for line in blanks.values())
        right = {line["blank"]: line["value"] for line in solved["lines"] if line.get("blank")}
        assert right.keys() == set(made["blanks"])
        check = {**asked, "step": made["step"]}
        kinds = []
        for hints in range(3):
            wrong = ask(
                client, "POST", f"{url}/exercise/check",
                {**check, "answers": {"1": 1e9}, "hints": {"1": hints}},
            )  # fmt: skip
            ExerciseResultOut.model_validate(wrong)
            assert wrong["right"] == 0
            kinds.append(wrong["results"]["1"]["hint"]["kind"])
        assert kinds == ["formula", "numbers", "substitution"]
        done = ask(client, "POST", f"{url}/exercise/check", {**check, "answers": right})
        assert done["right"] == done["of"] == len(right)
        ask(client, "POST", f"{url}/train", {"steps": 1})
        late = client.post(f"{url}/exercise/check", json={**check, "answers": right})
        assert (late.status_code, late.json()["code"]) == (409, "went_on")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("worked", {"samples": []}, "samples"),
        ("worked", {"samples": [400]}, "samples"),
        ("worked", {"samples": [1], "sample": 2}, "sample"),
        ("worked", {"units": {"dense_9": [0]}}, "units.dense_9"),
        ("worked", {"units": {"dense_1": [400]}}, "units.dense_1"),
        ("worked", {"places": {"dense_1.weight": [0, 9]}}, "places.dense_1.weight"),
        ("worked", {"samples": list(range(65))}, "samples"),
        ("worked", {"unit": 3}, "unit"),
        ("apply", {"samples": [-1]}, "samples.0"),
        ("apply", {"step": 0.5}, "step"),
        ("exercise", {"level": 4}, "level"),
        ("exercise", {"seed": -1}, "seed"),
        ("exercise/check", {"answers": {"1": "three"}}, "answers.1"),
        ("exercise/check", {"answers": {"9": 1.0}}, "answers.9"),
        ("exercise/check", {}, "answers"),
        ("check-gradient", {"at": {"dense_1.weight": [0]}}, "at.dense_1.weight"),
        ("check-gradient", {"at": {"nothing": [0]}}, "at.nothing"),
    ],
)
def test_what_cannot_be_is_a_problem_at_its_field(client, url, path, body, field) -> None:
    answer = client.post(f"{url}/{path}", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in [mistake["field"] for mistake in answer.json()["errors"]]
