"""What a network may be, as it comes in. Every field is derived from the engine's own records."""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from dataclasses import Field as RecordField
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin, get_type_hints

from annotated_types import Len
from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, create_model, model_validator

from engine.datasets import DATASETS, AnyDataset, Own, Rule
from engine.datasets.base import MAX_SAMPLES
from engine.datasets.rule import task_of
from engine.optimizers import OPTIMIZERS, Optimizer
from engine.schedules import SCHEDULES
from engine.spec import NetworkSpec
from engine.suits import suiting

from .base import Wire
from .strict import StrictNumbers


def _default_kind(kind: str, annotation: Any) -> BeforeValidator:
    """`{"noise": 0.2}` means the default kind."""

    def fill(value: Any) -> Any:
        return {"kind": kind, **value} if isinstance(value, dict) and "kind" not in value else value

    return BeforeValidator(fill, json_schema_input_type=annotation)


# What is meant where an object names no kind.
DEFAULT_KINDS = {"dataset": "spiral", "layers": "dense", "optimizer": "sgd", "schedule": "constant"}


def _bare(annotation: Any) -> Any:
    """Without Annotated."""
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType)


def _of_kinds(name: str, annotation: Any) -> Any:
    """A union of records, told apart by their `kind`, which may be left out."""
    kind = DEFAULT_KINDS[name]
    return Annotated[annotation, Field(discriminator="kind"), _default_kind(kind, annotation)]


def _coming_in(name: str, annotation: Any) -> Any:
    """A field of the record as it may be written on the wire."""
    bare = _bare(annotation)
    if _is_union(bare) and name in DEFAULT_KINDS:
        return _of_kinds(name, bare)
    if get_origin(bare) is tuple and name in DEFAULT_KINDS:
        whole = tuple[_of_kinds(name, get_args(bare)[0]), ...]
        return Annotated[whole, *annotation.__metadata__]
    return annotation


def _changing(annotation: Any) -> Any:
    """A field of a change: objects are merged into what is there, so they need not be whole."""
    bare = _bare(annotation)
    if get_origin(bare) is dict:
        return Union[annotation, None]  # noqa: UP007
    if bare in (int, float):
        return Union[annotation, None]  # noqa: UP007
    if get_origin(bare) is tuple:
        return Union[Annotated[list[Any], Len(0, MAX_SAMPLES)], None]  # noqa: UP007
    if _is_union(bare) or is_dataclass(bare):
        return dict[str, Any] | None
    return bare | None


def _default(field: RecordField[Any]) -> Any:
    if field.default_factory is not MISSING:
        return Field(default_factory=field.default_factory)
    return field.default


_HINTS = get_type_hints(NetworkSpec, include_extras=True)


class _Spec(Wire):
    @model_validator(mode="before")
    @classmethod
    def _suiting(cls, value: Any) -> Any:
        """What is left out is what suits the data: layers for images on images, a loss that fits."""
        if not isinstance(value, dict) or not isinstance(value.get("dataset"), dict):
            return value
        kind = value["dataset"].get("kind")
        known = DATASETS.get(kind) if isinstance(kind, str) else None
        if known is None or known is Own:  # nothing is known of it before it is looked up
            return value
        rule = value["dataset"].get("rule") if known is Rule else None
        suits = suiting(known, task_of(rule) if isinstance(rule, str) else None)
        if "layers" in value:  # layers of one's own: the rest of the recipe is not made for them
            suits = {"loss": suits["loss"]}
        return {**suits, **value}

    def suited(self, suits: Mapping[str, Any]) -> "_Spec":
        """The same for data of one's own that is looked up: what was left out is what suits it."""
        if "layers" in self.model_fields_set:
            suits = {"loss": suits["loss"]}
        return self.model_validate({**suits, **self.model_dump(exclude_unset=True)})

    def to_engine(self) -> NetworkSpec:
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return NetworkSpec(**fields)


_WHOLE: dict[str, Any] = {
    f.name: (_coming_in(f.name, _HINTS[f.name]), _default(f)) for f in fields(NetworkSpec)
}


class SpecIn(create_model("_SpecFields", __base__=_Spec, **_WHOLE)):
    """A NetworkSpec as it comes in; every field may be left out."""


class _Change(Wire):
    def merged(self, spec: NetworkSpec, saved: dict[str, Any] | None = None) -> dict[str, Any]:
        """The whole spec as plain data, changed; it still has to be validated. `saved` is a spec that
        is none of this version's: its parts stand in for those of `spec`."""
        whole = {**spec_to_json(spec), **(saved or {})}
        for name, value in self.model_dump(exclude_unset=True).items():
            if value is None:
                continue
            old = whole[name]
            whole[name] = merged_part(name, old, value)
        return whole


_PARTS: dict[str, Any] = {f.name: (_changing(_HINTS[f.name]), None) for f in fields(NetworkSpec)}


class PatchIn(create_model("_ChangeFields", __base__=_Change, **_PARTS)):
    """The parts of a NetworkSpec to change. Objects are merged, lists and `start` replaced."""


def merged_part(name: str, old: Any, value: Any) -> Any:
    """A part of a spec by its name, changed by what came in."""
    if not isinstance(value, dict) or not isinstance(old, dict) or name == "start":
        return value
    kind = value.get("kind", old.get("kind"))
    if kind == old.get("kind"):
        return {**old, **value}
    # Another kind keeps what both have: momentum, say; not the rate, which means another thing to
    # another optimizer. Of data it keeps what somebody chose (samples, noise, seed), for what nobody
    # did has its own default there, and no sizes from another sort of data.
    kinds = {"dataset": DATASETS, "optimizer": OPTIMIZERS, "schedule": SCHEDULES}.get(name, {})
    known = kinds.get(kind) if isinstance(kind, str) else None
    fields = set(known.__dataclass_fields__) if known else set()
    of_one = {"kind", "points", "erased", "fault", "learning_rate"}
    kept = {k: v for k, v in old.items() if k in fields - of_one}
    if name == "dataset":
        before = DATASETS.get(old.get("kind", ""))
        if before:
            kept = {k: v for k, v in kept.items() if v != before.__dataclass_fields__[k].default}
        drawn = any(one in ("drawn", "drawn_curve") for one in (kind, old.get("kind")))
        if drawn or (known and before and known.view != before.view):
            kept = {k: v for k, v in kept.items() if k in ("test_fraction", "seed")}
    return {**kept, **value}


SPEC = TypeAdapter(SpecIn)
# An optimizer by itself, as a spec has it.
if TYPE_CHECKING:
    OptimizerIn = Optimizer
else:
    OptimizerIn = Annotated[_of_kinds("optimizer", Optimizer), StrictNumbers()]


def spec_to_json(spec: NetworkSpec) -> dict[str, Any]:
    return asdict(spec)


def dataset_adapter() -> TypeAdapter[Any]:
    strict: Any = Annotated[_of_kinds("dataset", AnyDataset), StrictNumbers()]
    return TypeAdapter(strict, config=ConfigDict(extra="forbid", allow_inf_nan=False))
