"""What is done to single units of a network: switched off, frozen, put in another's place."""

from dataclasses import replace

from .assembly import assemble
from .errors import Reason, Refused
from .marks import mark_of
from .rewinding import Rewinding
from .runs import Ended
from .surgery import What, check_unit
from .swapping import exchange


class Operating(Rewinding):
    def operate(self, layer: str, unit: int, what: What, other: int | None = None) -> Ended | None:
        """Switch a unit of a hidden layer off or on again, freeze it or let it learn again: a change of
        the spec, as `patch` makes it. Or let it change places with the unit `other` of its layer, with
        all its weights, their slots and averages: the network says what it said.

        Returns the run that was left, as `patch` does.  Raises: Refused; then nothing has changed
        """
        network = self.network
        check_unit(layer, unit, network.units)
        if what == "freeze":
            network.check_learns(layer, "layer")
        if what != "swap":
            surgery = self.spec.surgery.changed(layer, unit, what)
            return self.patch(replace(self.spec, surgery=surgery))
        if other is None or other == unit:
            raise Refused(
                "with",
                Reason("surgery.swap_with", "to swap, name another unit of the layer in with"),
            )
        check_unit(layer, other, network.units, at_unit="with")
        return self._swap(layer, unit, other)

    def _swap(self, layer: str, one: int, other: int) -> Ended | None:
        places, orders = exchange(self.network, layer, one, other)
        before = self.spec
        spec = replace(before, surgery=before.surgery.reordered(orders))
        parts = self._parts if spec == before else assemble(spec, self.dataset)
        ended = None
        if self._ahead is not None:
            ended = self.ended()
            self._part_ways()
        trainer = self.trainer
        trainer.change_network(parts.network)
        trainer.state.reorder(places)
        self._parts = parts
        if self._best is not None:
            state = self._best.state.twin()
            state.reorder(places)
            self._best = replace(self._best, state=state)
        if spec != before:
            self.revision += 1
            self._course.marks.put(mark_of(self.step, before, spec))
        self._trail.turn(spec, trainer.snapshot())
        self._measure_again()
        return ended


__all__ = ["Operating"]
