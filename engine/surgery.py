"""Units that are switched off or frozen: a part of the spec, so that the weights stay as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from annotated_types import Interval, Len

from .errors import Reason, Refused
from .layers import Layer
from .layers.base import Order, Shape
from .naming import check_named

# Of a bidirectional layer the second direction's units count on after the first's.
MAX_UNIT = 1023

Units = Annotated[tuple[Annotated[int, Interval(ge=0, le=MAX_UNIT)], ...], Len(0, MAX_UNIT + 1)]
ByLayer = Annotated[dict[str, Units], Len(0, 20)]
What = Literal["off", "on", "freeze", "unfreeze", "swap"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surgery:
    """By a layer's name, which of its units are cut out and which are kept from learning.

    off: the unit says 0, at every place and every step, in training too, and its own weights are held.
    frozen: the weights into the unit and its bias are held, it goes on speaking.
    """

    off: ByLayer = field(default_factory=dict)
    frozen: ByLayer = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.off or self.frozen)

    def changed(self, layer: str, unit: int, what: What) -> "Surgery":
        """With that unit off, on, frozen or learning again."""
        if what in ("off", "on"):
            return Surgery(off=_with(self.off, layer, unit, what == "off"), frozen=self.frozen)
        return Surgery(off=self.off, frozen=_with(self.frozen, layer, unit, what == "freeze"))

    def reordered(self, orders: Mapping[str, Order]) -> "Surgery":
        """As it is once units of those layers have changed places."""
        return Surgery(off=_reordered(self.off, orders), frozen=_reordered(self.frozen, orders))

    def fitted(self, units: Mapping[str, int]) -> "Surgery":
        """What there still is of it, where layers have so many units (0: none of their own)."""
        return Surgery(off=_fitted(self.off, units), frozen=_fitted(self.frozen, units))

    def tidy(self) -> "Surgery":
        """One way of writing it: units in order, once, and no layer without any."""
        return Surgery(off=_tidy(self.off), frozen=_tidy(self.frozen))


def units_of(
    names: Sequence[str], layers: Sequence[Layer], shapes: Sequence[Shape]
) -> dict[str, int]:
    """How many units each hidden layer has that can be operated on.  shapes: what goes into each"""
    found = {
        name: layer.operable(shape)
        for name, layer, shape in zip(names, layers, shapes, strict=False)
    }
    return {name: count for name, count in found.items() if name != "output"}


def check_surgery(surgery: Surgery, units: Mapping[str, int], place: str = "surgery") -> None:
    """Raises: Refused, where there is no such unit"""
    for part, by_layer in (("off", surgery.off), ("frozen", surgery.frozen)):
        for layer, chosen in by_layer.items():
            for unit in chosen:
                check_unit(layer, unit, units, f"{place}.{part}.{layer}", f"{place}.{part}.{layer}")


def check_unit(
    layer: str, unit: int, units: Mapping[str, int], at_layer: str = "layer", at_unit: str = "unit"
) -> None:
    """Raises: Refused, at `at_layer` or `at_unit`"""
    if layer == "output":
        raise Refused(
            at_layer,
            Reason(
                "surgery.output",
                "the output's units are what the data asks for; operate on a unit of a hidden layer",
            ),
        )
    if units.get(layer) == 0:
        raise Refused(
            at_layer,
            Reason(
                "surgery.no_units",
                "{layer} has no units of its own, it passes on those before it; operate on the layer "
                "that they come from",
                layer=layer,
            ),
        )
    check_named(layer, unit, units, at_layer, at_unit)


def _with(by_layer: ByLayer, layer: str, unit: int, there: bool) -> ByLayer:
    others = set(by_layer.get(layer, ())) - {unit}
    return _tidy({**by_layer, layer: tuple(others | {unit} if there else others)})


def _reordered(by_layer: ByLayer, orders: Mapping[str, Order]) -> ByLayer:
    """`order[i]` is which unit stands in place i now."""
    return _tidy(
        {
            layer: tuple(order.tolist().index(unit) for unit in chosen)
            if (order := orders.get(layer)) is not None
            else chosen
            for layer, chosen in by_layer.items()
        }
    )


def _fitted(by_layer: ByLayer, units: Mapping[str, int]) -> ByLayer:
    return _tidy(
        {
            layer: tuple(unit for unit in chosen if unit < units.get(layer, 0))
            for layer, chosen in by_layer.items()
        }
    )


def _tidy(by_layer: ByLayer) -> ByLayer:
    return {
        layer: tuple(sorted(set(chosen))) for layer, chosen in sorted(by_layer.items()) if chosen
    }


__all__ = ["Surgery", "What", "check_surgery", "check_unit", "units_of"]
