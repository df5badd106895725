"""A spec with some of its settings varied: what a race trains side by side."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import product
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from engine.errors import Reason, Refused
from engine.layers import LAYERS
from engine.limits import keep_within
from engine.spec import NetworkSpec
from engine.studies.race import MAX_VARIANTS

from .schemas import SPEC, merged_part, spec_to_json

DEPTH = "depth"
ANY = "*"
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Variant:
    """What was given to each of the settings, and the spec that it makes."""

    values: Values
    spec: NetworkSpec


def variants_of(spec: NetworkSpec, vary: Mapping[str, Sequence[Any]]) -> list[Variant]:
    """Every combination of the values, those of the last setting changing fastest.

    A setting is a path in the spec: optimizer.learning_rate, layers.2.units (counted from 0),
    layers.*.units (of all hidden layers that have it); depth is the number of hidden layers, all dense. A
    name for what has kinds (optimizer, dataset, schedule) is one with that kind's defaults; an object is
    merged into what is there, as PATCH does.

    Raises: Refused, RequestValidationError, at "vary" or below it
    """
    whole = _plain(spec)
    count = 1
    for path, values in vary.items():
        _check_values(path, values)
        count *= len(values)
    if count < 2:
        raise Refused(
            "vary",
            Reason("race.too_few", "a race has at least two variants; give a setting two values"),
        )
    keep_within(
        "max_variants", MAX_VARIANTS, count, "vary",
        Reason("race.too_many", "{asked} variants, at most {most} (limit: {limit}); give fewer values"),
    )  # fmt: skip
    _check_together(vary)
    for path, values in vary.items():  # one by one, so that the value at fault is named
        for i, value in enumerate(values):
            _validated(_varied(whole, {path: value}), path, i)
    order = sorted(vary, key=_early)
    found: list[Variant] = []
    for chosen in product(*vary.values()):
        values = dict(zip(vary, chosen, strict=True))
        changed = _varied(whole, {path: values[path] for path in order})
        found.append(Variant(values, _validated(changed)))
    return found


def _check_values(path: str, values: Sequence[Any]) -> None:
    for i, value in enumerate(values):
        if any(type(value) is type(other) and value == other for other in values[:i]):
            raise Refused(
                f"vary.{path}.{i}",
                Reason("race.twice", "this value of {setting} is there twice", setting=path),
            )


def _early(path: str) -> tuple[bool, bool, int]:
    """What decides over what else there is comes first."""
    parts = path.split(".")
    return (path != DEPTH, parts[-1] != "kind", len(parts))


def _check_together(vary: Mapping[str, Sequence[Any]]) -> None:
    """Raises: Refused, where one of two settings would undo the other"""
    if len(vary) < 2:
        return
    first, second = sorted(vary, key=_early)
    outer, inner = sorted((_parts(first), _parts(second)), key=len)
    covers = all(a == b or ANY in (a, b) for a, b in zip(outer, inner, strict=False))
    if first == DEPTH:  # any layer of those it counts, but not one by its number
        covers = second == "layers" or (inner[0] == "layers" and inner[1:2] != [ANY])
    elif len(outer) < len(inner):
        of = first if _parts(first) == outer else second
        kinds = inner[-1] != "kind" and all(isinstance(value, str) for value in vary[of])
        covers = covers and not kinds
    if covers:
        raise Refused(
            "vary",
            Reason(
                "race.contradict",
                "{one} and {other} contradict: one of them would undo the other; vary something else",
                one=first,
                other=second,
            ),
        )


def _parts(path: str) -> list[str]:
    return ["layers"] if path == DEPTH else path.split(".")


def _varied(whole: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    changed = deepcopy(whole)
    for i, (path, value) in enumerate(values.items()):
        if i:  # another kind has settings of its own, at their defaults
            changed = _plain(_validated(changed))
        _put(changed, path, value)
    return changed


def _plain(spec: NetworkSpec) -> dict[str, Any]:
    whole = spec_to_json(spec)
    return {**whole, "layers": list(whole["layers"])}


def _put(whole: dict[str, Any], path: str, value: Any) -> None:
    """Raises: Refused, where there is no such setting"""
    if path == DEPTH:
        whole["layers"] = _deep(whole["layers"], value)
        return
    name, *rest = path.split(".")
    if name not in whole:
        raise _unknown(path, (*whole, DEPTH))
    if name != "layers" or not rest:
        whole[name] = _set(name, whole[name], rest, value, path)
        return
    layers, which = whole["layers"], rest[0]
    known = {str(i): i for i in range(len(layers))}
    numbers = list(known.values()) if which == ANY else [known[which]] if which in known else None
    if numbers is None:
        raise _unknown(path, (ANY, *known))
    if which == ANY and len(rest) > 1:
        numbers = [i for i in numbers if rest[1] in layers[i]]
    if not numbers or (which == ANY and len(rest) == 1):
        raise _unknown(path, {name for layer in layers for name in layer})
    for i in numbers:
        layers[i] = _set("layers", layers[i], rest[1:], value, path)


def _set(name: str, old: Any, rest: Sequence[str], value: Any, path: str) -> Any:
    if not rest:
        if isinstance(old, dict) and "kind" in old and isinstance(value, str):
            value = {"kind": value}
        return _merged(name, old, value)
    if not isinstance(old, dict) or rest[0] not in old:
        raise _unknown(path, old if isinstance(old, dict) else ())
    if rest == ["kind"]:
        return _merged(name, old, {"kind": value})
    return {**old, rest[0]: _set(rest[0], old[rest[0]], rest[1:], value, path)}


def _merged(name: str, old: Any, value: Any) -> Any:
    if name == "layers" and isinstance(old, dict) and isinstance(value, dict):
        kind = value.get("kind", old.get("kind"))
        known = LAYERS.get(kind) if isinstance(kind, str) else None
        fields = known.__dataclass_fields__ if known else {}
        return {**{k: v for k, v in old.items() if k in fields}, **value}
    return merged_part(name, old, value)


def _deep(layers: Sequence[dict[str, Any]], depth: Any) -> list[Any]:
    """So many of the hidden layers, the last one again and again where there are fewer."""
    if isinstance(depth, bool) or not isinstance(depth, int) or not 0 <= depth <= 12:
        raise Refused(
            f"vary.{DEPTH}",
            Reason(
                "race.depth", "depth is the number of hidden layers, a whole number from 0 to 12"
            ),
        )
    if any(layer["kind"] != "dense" for layer in layers):
        raise Refused(
            f"vary.{DEPTH}",
            Reason(
                "race.depth_of_dense",
                "depth is for networks whose hidden layers are all dense; vary layers.*.units, or layers as "
                "a whole",
            ),
        )
    last = layers[-1] if layers else {"kind": "dense", "units": 8}
    return [*layers[:depth], *(deepcopy(last) for _ in range(depth - len(layers)))]


def _unknown(path: str, known: Any) -> Refused:
    return Refused(
        f"vary.{path}",
        Reason(
            "race.no_such_setting",
            "{setting} is no setting of this network; there are {known}",
            setting=path,
            known=", ".join(sorted(known)) or "none",
        ),
    )


def _validated(whole: dict[str, Any], path: str = "", i: int | None = None) -> NetworkSpec:
    try:
        return SPEC.validate_python(whole).to_engine()
    except ValidationError as error:
        place = ("body", "vary") if i is None else ("body", "vary", path, str(i))
        raise RequestValidationError([{**e, "loc": place} for e in error.errors()[:1]]) from error


def spelled(values: Values) -> str:
    """For a sentence: optimizer.learning_rate 0.1, seed 3"""
    return ", ".join(f"{name} {value}" for name, value in values.items())


__all__ = ["Variant", "spelled", "variants_of"]
