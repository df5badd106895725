"""A layer of a network and a unit of it, as a user names them."""

from collections.abc import Mapping, Sequence

from .errors import Reason, Refused


def check_layer(layer: str, known: Sequence[str], place: str = "layer") -> None:
    """Raises: Refused, at `place`, where there is no such layer"""
    if layer not in known:
        raise Refused(
            place,
            Reason(
                "no_such_layer",
                "there is no layer {layer}; there are {known}",
                layer=layer,
                known=", ".join(known) or "–",
            ),
        )


def check_named(
    layer: str, unit: int, units: Mapping[str, int], at_layer: str = "layer", at_unit: str = "unit"
) -> None:
    """Raises: Refused, at `at_layer` or `at_unit`, where there is no such layer, or no such unit of it.

    units: by layer, how many it has; those that have none are not offered
    """
    if layer not in units:
        check_layer(layer, [name for name, count in units.items() if count], at_layer)
    if not 0 <= unit < units[layer]:
        raise Refused(
            at_unit,
            Reason(
                "no_such_unit",
                "units of {layer} are numbered 0 to {last}, there is no unit {unit}",
                layer=layer,
                last=units[layer] - 1,
                unit=unit,
            ),
        )


__all__ = ["check_layer", "check_named"]
