"""Formulas of the way back, one a kind of layer, and of the two steps that no layer makes.

Written as words with spaces between and set as MathML here: `W^T` is a superscript, `h_t` a
subscript, what is a name or a number is set as one, the rest as operators.
"""

from ..layers.base import formula


def _token(word: str) -> str:
    for mark, tag in (("^", "msup"), ("_", "msub")):
        base, found, index = word.partition(mark)
        if found and base and index:
            return f"<{tag}>{_token(base)}{_token(index)}</{tag}>"
    first = word[0]
    kind = "mn" if first.isdigit() else "mi" if first.isalpha() or first == "∂" else "mo"
    return f"<{kind}>{word.replace('>', '&gt;')}</{kind}>"


def _set(*equations: str) -> str:
    return formula("<mo>,</mo>".join("".join(map(_token, e.split())) for e in equations))


PRESENT = _set("x = x_i", "t = t_i")
NEXT = _set("i ← i + 1")

_THROUGH = "δ = da ⊙ f ′ ( z )"
_AFFINE = ("dW = x^T δ", "db = ∑ δ", "dx = δ W^T")
_NORMALIZED = ("dγ = ∑ δ ⊙ n", "dβ = ∑ δ")
_CHANNEL = "d = δ ⊙ γ"

# δ is what the layer's weights are taught with: dL/dz where it has an activation, else dL/da.
BACKWARD: dict[str, str] = {
    "dense": _set(_THROUGH, *_AFFINE),
    "output": _set(_THROUGH, *_AFFINE),
    "conv2d": _set(_THROUGH, "dW_uvc = ∑ x_uvc δ", "db = ∑ δ", "dx = ∑ δ W_uvc"),
    "max_pool2d": _set("dx_uv = δ ⋅ [ uv = argmax ]"),
    "avg_pool2d": _set("dx_uv = δ / k^2"),
    "global_avg_pool2d": _set("dx_ij = δ / ( H W )"),
    "flatten": _set("dx = reshape ( δ )"),
    "dropout": _set("dx = δ ⊙ m / ( 1 − p )"),
    "batch_norm": _set(
        *_NORMALIZED, _CHANNEL, "dx = ( d − mean d − n ⊙ mean ( d ⊙ n ) ) / σ"
    ),
    "layer_norm": _set(
        *_NORMALIZED, _CHANNEL, "dx = ( d − mean d − n ⊙ mean ( d ⊙ n ) ) / σ"
    ),
    "embedding": _set("dW_k = ∑ δ_t ⋅ [ x_t = k ]"),
    "simple_rnn": _set(
        "δ_t = ( dh_t + δ_t+1 U^T ) ⊙ f ′", "dW = ∑ x_t^T δ_t", "dU = ∑ h_t-1^T δ_t", "dx_t = δ_t W^T"
    ),
    "lstm": _set(
        "dc_t = dh_t ⊙ o_t ⊙ tanh ′ ( c_t ) + dc_t+1 ⊙ f_t+1", "dW = ∑ x_t^T δ_t",
        "dU = ∑ h_t-1^T δ_t", "dx_t = δ_t W^T",
    ),
    "gru": _set(
        "dh_t ← dh_t + dh_t+1 ⊙ z_t+1 + δ_t+1 U^T", "dW = ∑ x_t^T δ_t", "dU = ∑ h_t-1^T δ_t",
        "dx_t = δ_t W^T",
    ),
    "residual": _set(_THROUGH, "dx = δ", "dx_earlier = δ"),
    "activation": _set("dx = da ⊙ f ′ ( x )"),
    "prelu": _set("dα = ∑ da ⊙ min ( 0 , x )", "dx = da ⊙ ( x > 0 ? 1 : α )"),
}  # fmt: skip
# Of a loss computed from z itself: the activation's slope cancels.
FUSED = _set("δ = ∂L / ∂z", *_AFFINE)
RUNNING = _set("r ← m r + ( 1 − m ) r_batch")
