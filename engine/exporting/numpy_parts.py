"""Pieces of NumPy code that scripts are put together from: functions, each written out only where a
network needs it. `@{name}` stands for a comment in the reader's language (`words`)."""

# By activation: its value, and its slope by the weighted sum z and the value a.
ACTIVATIONS: dict[str, tuple[str, str]] = {
    "sigmoid": ("1 / (1 + np.exp(-np.clip(z, -80, 80)))", "a * (1 - a)"),
    "tanh": ("np.tanh(z)", "1 - a * a"),
    "relu": ("np.maximum(z, 0)", "(z > 0).astype(z.dtype)"),
    "elu": (
        "np.where(z > 0, z, np.expm1(np.minimum(z, 0)))",
        "np.where(z > 0, 1, a + 1).astype(z.dtype)",
    ),
    "leaky_relu": (
        "np.where(z > 0, z, 0.01 * z)",
        "np.where(z > 0, 1, 0.01).astype(z.dtype)",
    ),
    "softplus": ("np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))", "-np.expm1(-a)"),
    "gelu": (
        "z * normal_cdf(z)",
        "normal_cdf(z) + z * np.exp(-0.5 * z * z) * 0.3989422804014327",
    ),
    "swish": ("z * sigmoid(z)", "sigmoid(z) + a * (1 - sigmoid(z))"),
    "sin": ("np.sin(z)", "np.cos(z)"),
    "hard_sigmoid": (
        "np.clip(z / 6 + 0.5, 0, 1)",
        "((z > -3) & (z < 3)).astype(z.dtype) / 6",
    ),
    "hard_tanh": ("np.clip(z, -1, 1)", "((z > -1) & (z < 1)).astype(z.dtype)"),
    "relu6": ("np.clip(z, 0, 6)", "((z > 0) & (z < 6)).astype(z.dtype)"),
    "selu": (
        "1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * np.expm1(np.minimum(z, 0)))",
        "np.where(z > 0, 1.0507009873554805, a + 1.7580993408473766).astype(z.dtype)",
    ),
    "mish": (
        "z * np.tanh(softplus(z))",
        "np.tanh(softplus(z)) + z * (1 - np.tanh(softplus(z)) ** 2) * sigmoid(z)",
    ),
    "softsign": ("z / (1 + np.abs(z))", "1 / (1 + np.abs(z)) ** 2"),
    "exponential": ("np.exp(np.minimum(z, 80))", "a * (z < 80)"),
    "softmax": (
        "np.exp(z - z.max(-1, keepdims=True)) / np.exp(z - z.max(-1, keepdims=True)).sum(-1, keepdims=True)",
        "",
    ),
}

# What a piece needs besides itself.
NEEDS: dict[str, tuple[str, ...]] = {
    "gelu": ("normal_cdf",),
    "swish": ("sigmoid",),
    "mish": ("softplus", "sigmoid"),
    "lstm": ("sigmoid",),
    "gru": ("sigmoid",),
    "conv2d": ("windows",),
    "max_pool2d": ("windows", "spread"),
    "avg_pool2d": ("windows", "spread"),
}

FUNCTIONS: dict[str, str] = {
    "normal_cdf": '''
def normal_cdf(z):
    """@{normal_cdf}"""
    return (0.5 * (1 + np.vectorize(math.erf, otypes=[float])(z / math.sqrt(2)))).astype(z.dtype)
''',
    "softmax_back": '''
def softmax_back(a, d):
    """@{softmax_back}"""
    return a * (d - (a * d).sum(-1, keepdims=True))
''',
    "windows": '''
def windows(x, size, stride, dilation, pad, value=0):
    """@{windows}"""
    x = np.pad(x, ((0, 0), pad[0], pad[1], (0, 0)), constant_values=value)
    reach = (size - 1) * dilation + 1
    seen = np.lib.stride_tricks.sliding_window_view(x, (reach, reach), axis=(1, 2))
    seen = seen[:, ::stride, ::stride, :, ::dilation, ::dilation]
    return seen.transpose(0, 1, 2, 4, 5, 3), x.shape
''',
    "conv2d": '''
def conv2d(x, weight, bias, stride, dilation, groups, pad):
    """@{conv2d}"""
    seen, _ = windows(x, len(weight), stride, dilation, pad)
    parts = [
        np.tensordot(s, w, axes=3)
        for s, w in zip(np.split(seen, groups, -1), np.split(weight, groups, -1))
    ]
    return np.concatenate(parts, -1) + bias


def conv2d_back(x, weight, d, stride, dilation, groups, pad):
    """@{conv2d_back}"""
    seen, padded = windows(x, len(weight), stride, dilation, pad)
    dx, dw = np.zeros(padded, x.dtype), []
    rows, columns, channels = *d.shape[1:3], weight.shape[2]
    for i, (s, w, e) in enumerate(
        zip(np.split(seen, groups, -1), np.split(weight, groups, -1), np.split(d, groups, -1))
    ):
        dw.append(np.tensordot(s, e, axes=((0, 1, 2), (0, 1, 2))))
        back = np.tensordot(e, w, axes=((3,), (3,)))
        for u, v in np.ndindex(weight.shape[:2]):
            top, left = u * dilation, v * dilation
            dx[
                :,
                top : top + rows * stride : stride,
                left : left + columns * stride : stride,
                i * channels : (i + 1) * channels,
            ] += back[:, :, :, u, v]
    (top, _), (left, _) = pad
    dx = dx[:, top : top + x.shape[1], left : left + x.shape[2]]
    return np.concatenate(dw, -1), d.sum((0, 1, 2)), dx
''',
    "spread": '''
def spread(parts, shape, padded, stride, pad):
    """@{spread}"""
    dx = np.zeros(padded, parts.dtype)
    rows, columns, size = parts.shape[1], parts.shape[2], parts.shape[3]
    for u, v in np.ndindex(size, size):
        dx[:, u : u + rows * stride : stride, v : v + columns * stride : stride] += parts[:, :, :, u, v]
    (top, _), (left, _) = pad
    return dx[:, top : top + shape[1], left : left + shape[2]]
''',
    "max_pool2d": '''
def max_pool2d(x, size, stride, pad):
    """@{max_pool2d}"""
    return windows(x, size, stride, 1, pad, -np.inf)[0].max((3, 4))


def max_pool2d_back(x, d, size, stride, pad):
    """@{max_pool2d_back}"""
    seen, padded = windows(x, size, stride, 1, pad, -np.inf)
    flat = seen.reshape(*d.shape[:3], size * size, d.shape[3])
    parts = np.zeros(flat.shape, d.dtype)
    np.put_along_axis(parts, flat.argmax(3)[:, :, :, None], d[:, :, :, None], 3)
    return spread(parts.reshape(*d.shape[:3], size, size, d.shape[3]), x.shape, padded, stride, pad)
''',
    "avg_pool2d": '''
def inside(x, size, stride, pad):
    """@{inside}"""
    return windows(np.ones_like(x[:1, :, :, :1]), size, stride, 1, pad)[0].sum((3, 4))


def avg_pool2d(x, size, stride, pad):
    """@{avg_pool2d}"""
    return windows(x, size, stride, 1, pad)[0].sum((3, 4)) / inside(x, size, stride, pad)


def avg_pool2d_back(x, d, size, stride, pad):
    """@{avg_pool2d_back}"""
    padded = windows(x, size, stride, 1, pad)[1]
    share = (d / inside(x, size, stride, pad))[:, :, :, None, None]
    parts = np.broadcast_to(share, (*d.shape[:3], size, size, d.shape[3]))
    return spread(parts, x.shape, padded, stride, pad)
''',
    "batch_norm": '''
def batch_norm(w, name, x, momentum, epsilon):
    """@{batch_norm}"""
    axes, n = tuple(range(x.ndim - 1)), x.size // x.shape[-1]
    mean, variance = x.mean(axes), x.var(axes)
    for what, value in (("mean", mean), ("variance", variance * (n / max(1, n - 1)))):
        running = w[f"{name}.running_{what}"]
        running += (1 - momentum) * (value - running)
    inverse = 1 / np.sqrt(variance + epsilon)
    normal = (x - mean) * inverse
    return normal * w[name + ".weight"] + w[name + ".bias"], normal, inverse
''',
    "fixed_norm": '''
def fixed_norm(w, name, x, epsilon):
    """@{fixed_norm}"""
    inverse = 1 / np.sqrt(w[name + ".running_variance"] + epsilon)
    normal = (x - w[name + ".running_mean"]) * inverse
    return normal * w[name + ".weight"] + w[name + ".bias"], normal, inverse
''',
    "layer_norm": '''
def layer_norm(w, name, x, epsilon):
    """@{layer_norm}"""
    inverse = 1 / np.sqrt(x.var(-1, keepdims=True) + epsilon)
    normal = (x - x.mean(-1, keepdims=True)) * inverse
    return normal * w[name + ".weight"] + w[name + ".bias"], normal, inverse
''',
    "norm_back": '''
def norm_back(weight, normal, inverse, d, axes):
    """@{norm_back}"""
    every = tuple(range(d.ndim - 1))
    dw, db, d = (d * normal).sum(every), d.sum(every), d * weight
    d = d - d.mean(axes, keepdims=True) - normal * (d * normal).mean(axes, keepdims=True)
    return dw, db, inverse * d
''',
    "recurrent_gradients": '''
def recurrent_gradients(p, x, h, dz, dback):
    """@{recurrent_gradients}"""
    rows, back = dz.reshape(-1, dz.shape[-1]), dback.reshape(-1, dz.shape[-1])
    states = np.concatenate([np.zeros_like(h[:1]), h[:-1]]).reshape(-1, h.shape[-1])
    g = {"weight": x.reshape(-1, x.shape[-1]).T @ rows, "recurrent_weight": states.T @ back}
    g |= {"bias": rows.sum(0), "recurrent_bias": back.sum(0)}
    return g, (rows @ p["weight"].T).reshape(x.shape)
''',
    "simple_rnn": '''
def simple_rnn(p, x):
    """@{simple_rnn}"""
    h = np.zeros((*x.shape[:2], len(p["recurrent_weight"])), x.dtype)
    for t in range(len(x)):
        z = x[t] @ p["weight"] + p["bias"] + h[t - 1] @ p["recurrent_weight"]
        h[t] = @{bend}
    return h, (h,)


def simple_rnn_back(p, x, kept, dh, cut):
    """@{through_time}"""
    (h,) = kept
    dz, carried = np.zeros_like(h), 0
    for t in reversed(range(len(x))):
        dz[t] = (dh[t] + carried) * (@{bend_slope})
        carried = 0 if cut and t % cut == 0 else dz[t] @ p["recurrent_weight"].T
    return recurrent_gradients(p, x, h, dz, dz)
''',
    "lstm": '''
def lstm(p, x):
    """@{lstm}"""
    units = len(p["recurrent_weight"])
    h = np.zeros((*x.shape[:2], units), x.dtype)
    c, gates = np.zeros_like(h), np.zeros((*x.shape[:2], 4 * units), x.dtype)
    for t in range(len(x)):
        z = x[t] @ p["weight"] + p["bias"] + h[t - 1] @ p["recurrent_weight"]
        gates[t] = sigmoid(z)
        gates[t, :, 2 * units : 3 * units] = np.tanh(z[:, 2 * units : 3 * units])
        i, f, new, o = np.split(gates[t], 4, -1)
        c[t] = f * c[t - 1] + i * new
        h[t] = o * np.tanh(c[t])
    return h, (h, c, gates)


def lstm_back(p, x, kept, dh, cut):
    """@{through_time}"""
    h, c, gates = kept
    dz, carried, dc = np.zeros_like(gates), 0, 0
    for t in reversed(range(len(x))):
        i, f, new, o = np.split(gates[t], 4, -1)
        before, tc, d = c[t - 1] if t else 0 * c[0], np.tanh(c[t]), dh[t] + carried
        dc = dc + d * o * (1 - tc * tc)
        parts = dc * new * i * (1 - i), dc * before * f * (1 - f), dc * i * (1 - new * new), d * tc * o * (1 - o)
        dz[t] = np.concatenate(parts, -1)
        stop = cut and t % cut == 0
        carried, dc = (0, 0) if stop else (dz[t] @ p["recurrent_weight"].T, dc * f)
    return recurrent_gradients(p, x, h, dz, dz)
''',
    "gru": '''
def gru(p, x):
    """@{gru}"""
    units = len(p["recurrent_weight"])
    h = np.zeros((*x.shape[:2], units), x.dtype)
    gates, heard = np.zeros((*x.shape[:2], 3 * units), x.dtype), np.zeros_like(h)
    for t in range(len(x)):
        z = x[t] @ p["weight"] + p["bias"]
        back = h[t - 1] @ p["recurrent_weight"] + p["recurrent_bias"]
        reset, keep = np.split(sigmoid((z + back)[:, : 2 * units]), 2, -1)
        heard[t] = back[:, 2 * units :]
        new = np.tanh(z[:, 2 * units :] + reset * heard[t])
        h[t] = (1 - keep) * new + keep * h[t - 1]
        gates[t] = np.concatenate([reset, keep, new], -1)
    return h, (h, gates, heard)


def gru_back(p, x, kept, dh, cut):
    """@{through_time}"""
    h, gates, heard = kept
    dz, carried, units = np.zeros_like(gates), 0, h.shape[-1]
    dback = np.zeros_like(gates)
    for t in reversed(range(len(x))):
        reset, keep, new = np.split(gates[t], 3, -1)
        before, d = h[t - 1] if t else 0 * h[0], dh[t] + carried
        dn = d * (1 - keep) * (1 - new * new)
        dr, dk = dn * heard[t] * reset * (1 - reset), d * (before - new) * keep * (1 - keep)
        dz[t] = np.concatenate([dr, dk, dn], -1)
        dback[t] = np.concatenate([dr, dk, dn * reset], -1)
        stop = cut and t % cut == 0
        carried = 0 if stop else d * keep + dback[t] @ p["recurrent_weight"].T
    return recurrent_gradients(p, x, h, dz, dback)
''',
    "recurrent": '''
PARTS = ("weight", "recurrent_weight", "bias", "recurrent_bias")


def recurrent(step, w, name, x, ways, every):
    """@{recurrent}"""
    along, outs, kept = x.transpose(1, 0, 2), [], []
    for way in ways:
        p = {n: w[name + way + n] for n in PARTS if name + way + n in w}
        seen = along[::-1] if "backward" in way else along
        h, more = step(p, seen)
        outs.append((h[::-1] if "backward" in way else h) if every else h[-1])
        kept.append((p, seen, more))
    y = np.concatenate(outs, -1)
    return (y.transpose(1, 0, 2) if every else y), kept


def recurrent_back(back, g, name, kept, d, ways, every, cut):
    """@{recurrent_back}"""
    dx = 0
    for way, (p, seen, more), mine in zip(ways, kept, np.split(d, len(ways), -1)):
        dh = np.zeros((*seen.shape[:2], mine.shape[-1]), d.dtype)
        if every:
            dh[:] = mine.transpose(1, 0, 2)[:: -1 if "backward" in way else 1]
        else:
            dh[-1] = mine
        found, dx_way = back(p, seen, more, dh, cut)
        g.update({name + way + n: found[n] for n in p})
        dx = dx + (dx_way[::-1] if "backward" in way else dx_way)
    return dx.transpose(1, 0, 2)
''',
}

LOSSES: dict[str, str] = {
    "log_softmax": '''
def log_softmax(z):
    """@{log_softmax}"""
    z = z - z.max(-1, keepdims=True)
    return z - np.log(np.exp(z).sum(-1, keepdims=True))
''',
    "cross_entropy": '''
def cross_entropy(z, t):
    """@{cross_entropy}"""
    log_y = log_softmax(z)
    return -(t * log_y).sum() / len(z), (np.exp(log_y) * t.sum(-1, keepdims=True) - t) / len(z)
''',
    "label_smoothing": '''
def label_smoothing(z, t):
    """@{label_smoothing}"""
    t, log_y = 0.9 * t + 0.1 * t.sum(-1, keepdims=True) / t.shape[-1], log_softmax(z)
    return -(t * log_y).sum() / len(z), (np.exp(log_y) * t.sum(-1, keepdims=True) - t) / len(z)
''',
    "kl_divergence": '''
def kl_divergence(z, t):
    """@{kl_divergence}"""
    log_y, entropy = log_softmax(z), (t * np.log(np.where(t > 0, t, 1))).sum()
    d = (np.exp(log_y) * t.sum(-1, keepdims=True) - t) / len(z)
    return (entropy - (t * log_y).sum()) / len(z), d
''',
    "focal": '''
def focal(z, t):
    """@{focal}"""
    log_y = log_softmax(z)
    log_p = (t * log_y).sum(-1, keepdims=True)
    p = np.exp(log_p)
    slope = 2 * p * (1 - p) * log_p - (1 - p) ** 2
    d = slope * (t - np.exp(log_y) * t.sum(-1, keepdims=True)) / len(z)
    return -((1 - p) ** 2 * log_p).sum() / len(z), d
''',
    "sequence_cross_entropy": '''
def sequence_cross_entropy(z, t):
    """@{sequence_cross_entropy}"""
    asked, places = (t >= 0)[..., None], np.maximum(t, 0).astype(int)[..., None]
    log_y, n = log_softmax(z), max(1, int((t >= 0).sum()))
    true = np.zeros_like(z)
    np.put_along_axis(true, places, 1, -1)
    return -(log_y * true * asked).sum() / n, ((np.exp(log_y) - true) * asked / n).astype(z.dtype)
''',
    "binary_cross_entropy": '''
def binary_cross_entropy(z, t):
    """@{binary_cross_entropy}"""
    loss = (np.maximum(z, 0) - t * z + np.log1p(np.exp(-np.abs(z)))).mean()
    return loss, (sigmoid(z) - t) / z.size
''',
    "mse": '''
def mse(y, t):
    """@{mse}"""
    return ((y - t) ** 2).mean(), 2 * (y - t) / y.size
''',
    "mae": '''
def mae(y, t):
    """@{mae}"""
    return np.abs(y - t).mean(), np.sign(y - t) / y.size
''',
    "huber": '''
def huber(y, t):
    """@{huber}"""
    e = np.minimum(np.abs(y - t), 1)
    return (0.5 * e * e + np.abs(y - t) - e).mean(), np.clip(y - t, -1, 1) / y.size
''',
    "hinge": '''
def hinge(y, t):
    """@{hinge}"""
    return np.maximum(0, 1 - t * y).mean(), np.where(t * y < 1, -t, 0).astype(y.dtype) / y.size
''',
    "poisson": '''
def poisson(z, t):
    """@{poisson}"""
    return (np.exp(z) - t * z).mean(), (np.exp(z) - t) / z.size
''',
}
SOFTMAX_LOSSES = (
    "cross_entropy",
    "label_smoothing",
    "kl_divergence",
    "focal",
    "sequence_cross_entropy",
)
