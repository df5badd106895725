"""Two units of a layer in each other's place, with all that leads into them and out of them."""

import numpy as np

from .errors import Reason, Refused
from .layers.base import Order
from .network import Network


def exchange(network: Network, layer: str, one: int, other: int) -> tuple[Order, dict[str, Order]]:
    """Where each number of the vector comes from, so that the network says what it said; and the order
    of units of every layer that takes part. Done twice, all is as it was.

    What adds up two layers' units (a way round) keeps them side by side: theirs change places as well.

    Raises: Refused, where there is a way round from the network's inputs or to its output
    """
    count = network.units[layer]
    order = np.arange(count)
    order[[one, other]] = other, one
    orders = _orders(network, network.names.index(layer), order)
    places = np.arange(network.layout.size)
    views = network.layout.views(places)  # pyright: ignore[reportArgumentType]
    for i, (name, made) in enumerate(zip(network.names, network.layers, strict=True)):
        parts = {
            n.removeprefix(f"{name}."): v for n, v in views.items() if n.startswith(f"{name}.")
        }
        if parts:
            made.reorder(parts, orders.get(i), orders.get(i + 1))
    taking = {name: orders[i + 1] for i, name in enumerate(network.names) if i + 1 in orders}
    return places, taking


def _orders(network: Network, index: int, order: Order) -> dict[int, Order]:
    """The order of units in what goes into layer k, by k; what leaves the last is at their number."""
    layers, shapes = network.layers, network.shapes
    found: dict[int, Order] = {}
    waiting = [(index + 1, order)]
    while waiting:
        k, mine = waiting.pop()
        if k in found and np.array_equal(found[k], mine):
            continue
        if k in found or k in (0, len(layers)):
            raise _bound(network, index)
        found[k] = mine
        carried = layers[k].carries(mine, shapes[k])
        if carried is not None:
            waiting.append((k + 1, carried))
        for i, other in enumerate(layers):
            if other.earlier and k in (i, i - other.earlier, i + 1):
                waiting += [(i, mine), (i - other.earlier, mine), (i + 1, mine)]
        if (
            k - 1 not in found
            and layers[k - 1].carries(np.arange(shapes[k - 1][-1]), shapes[k - 1]) is not None
        ):
            # What only passes units on has to be given them in that order.
            if shapes[k - 1][-1] != len(mine):
                raise _bound(network, index)
            waiting.append((k - 1, mine))
    return found


def _bound(network: Network, index: int) -> Refused:
    return Refused(
        "layer",
        Reason(
            "surgery.bound",
            "a way round adds the units of {layer} to inputs whose order is fixed, so none of them can "
            "change places",
            layer=network.names[index],
        ),
    )


__all__ = ["exchange"]
