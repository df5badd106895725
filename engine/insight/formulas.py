"""Formulas of the steps that no layer makes; each layer says its own ways forward and back."""

from ..layers.dense import AFFINE_BACKWARD
from ..mathml import equations

PRESENT = equations("x = x_i", "t = t_i")
NEXT = equations("i ← i + 1")
# Of a loss computed from z itself: the activation's slope cancels.
FUSED = equations("δ = ∂L / ∂z", *AFFINE_BACKWARD)
RUNNING = equations("r ← m r + ( 1 − m ) r_batch")
