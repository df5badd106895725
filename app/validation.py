"""What pydantic finds wrong with a request, as a problem: each field with a code of ours."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.errors import Reason, Value

from .problems import coded, printable, problem

MOST = 20  # mistakes that are listed


def validation_problem(errors: Sequence[Any]) -> dict[str, Any]:
    """Names each field and what it must be, never what was sent."""
    listed: list[dict[str, Any]] = []
    reasons: list[Reason] = []
    for place, error in _nearest([(_place(error), error) for error in errors[:MOST]]):
        context = error.get("ctx", {})
        field = printable(".".join(place) or "body")
        reason = reason_of(error["type"], context, error["msg"])
        entry: dict[str, Any] = {
            "field": field,
            "message": printable(error["msg"]),
            **coded(reason),
        }
        for name in ("ge", "gt", "le", "lt", "max_length", "min_length"):
            if isinstance(context.get(name), int | float):
                entry["limit"] = context[name]
        listed.append(entry)
        reasons.append(reason)
    if not listed:
        reasons = [Reason("invalid", "invalid")]
        return problem(422, reasons[0], "body: invalid", errors=[])
    detail = f"{listed[0]['field']}: {listed[0]['message']}"
    return problem(422, reasons[0], detail, errors=listed)


def _place(error: Any) -> list[str]:
    """The path of what is wrong, as it was written."""
    place = [str(part) for part in error["loc"] if part not in ("body", "query", "path")]
    if error["type"].startswith("union_tag_"):
        place.append("kind")  # it is the tag that is wrong or missing
    return _as_written(place)


def _nearest(found: list[tuple[list[str], Any]]) -> list[tuple[list[str], Any]]:
    """Where a number or a list may stand, pydantic says of each what it is not. Only what came nearest is told: not
    that a list is no number where a number in it is too large."""

    def nearer(other: tuple[list[str], Any], place: list[str]) -> bool:
        within = other[0][: len(place)] == place
        return within and (len(other[0]) > len(place) or not other[1]["type"].endswith("_type"))

    return [
        (place, error)
        for place, error in found
        if not (error["type"].endswith("_type") and any(nearer(other, place) for other in found))
    ]


def reason_of(kind: str, context: Mapping[str, Any], message: str) -> Reason:
    """What a kind of pydantic's errors is called here; its message is the English."""
    code, values = KINDS.get(kind, ("invalid", None))
    return Reason(code, message, **(values(context) if values else {}))


def _least(context: Mapping[str, Any]) -> dict[str, Value]:
    return {"least": _number(context, "ge", "gt", "min_length")}


def _most(context: Mapping[str, Any]) -> dict[str, Value]:
    return {"most": _number(context, "le", "lt", "max_length", "most")}


def _number(context: Mapping[str, Any], *names: str) -> Value:
    found = next((context[name] for name in names if name in context), 0)
    return found if isinstance(found, int | float) else str(found)


def _known(context: Mapping[str, Any]) -> dict[str, Value]:
    """The names there are, separated by commas."""
    text = str(context.get("expected_tags", context.get("expected", "")))
    return {"known": ", ".join(re.findall(r"'([^']*)'", text)) or text}


Values = Callable[[Mapping[str, Any]], dict[str, Value]]
KINDS: dict[str, tuple[str, Values | None]] = {
    "missing": ("missing", None),
    "union_tag_not_found": ("missing", None),
    "union_tag_invalid": ("unknown_kind", _known),
    "literal_error": ("unknown_choice", _known),
    "enum": ("unknown_choice", _known),
    "extra_forbidden": ("unknown_field", None),
    "unexpected_keyword_argument": ("unknown_field", None),
    "too_many_fields": ("too_many_fields", _most),
    "greater_than_equal": ("number_too_small", _least),
    "greater_than": ("number_not_above", _least),
    "less_than_equal": ("number_too_large", _most),
    "less_than": ("number_not_below", _most),
    "int_type": ("not_a_whole_number", None),
    "int_parsing": ("not_a_whole_number", None),
    "int_parsing_size": ("not_a_whole_number", None),
    "int_from_float": ("not_a_whole_number", None),
    "float_type": ("not_a_number", None),
    "float_parsing": ("not_a_number", None),
    "finite_number": ("not_finite", None),
    "bool_type": ("not_true_or_false", None),
    "bool_parsing": ("not_true_or_false", None),
    "string_type": ("not_text", None),
    "string_unicode": ("not_text", None),
    "string_too_long": ("text_too_long", _most),
    "string_too_short": ("text_too_short", _least),
    "too_long": ("too_long", _most),
    "too_short": ("too_short", _least),
    "list_type": ("not_a_list", None),
    "tuple_type": ("not_a_list", None),
    "dict_type": ("not_an_object", None),
    "model_type": ("not_an_object", None),
    "model_attributes_type": ("not_an_object", None),
    "dataclass_type": ("not_an_object", None),
    "dataclass_exact_type": ("not_an_object", None),
    "json_invalid": ("not_json", None),
}
CODES = frozenset({code for code, _ in KINDS.values()} | {"invalid"})


def _as_written(place: list[str]) -> list[str]:
    """The path as the user wrote it: without the tags that pydantic puts after a union's place. A
    tag may be the name of a field too ("activation"), so it counts as one only there."""
    written: list[str] = []
    tag_may_follow = False
    for part in place:
        if _INTERNAL.match(part) or (tag_may_follow and part in _TAGS):
            tag_may_follow = False
            continue
        written.append(part)
        tag_may_follow = part.isdigit() or part in ("dataset", "optimizer", "schedule")
    return written


_INTERNAL = re.compile(r"constrained-|list\[|function-|by-")


def _tags() -> frozenset[str]:
    from engine.datasets import DATASETS
    from engine.layers import LAYERS
    from engine.optimizers import OPTIMIZERS
    from engine.schedules import SCHEDULES

    return frozenset({*DATASETS, *LAYERS, *OPTIMIZERS, *SCHEDULES})


_TAGS = _tags()
