"""Activation functions: one record each, value and derivative side by side.

`value(z)` and `slope(z, a)` take and return arrays of one shape; `a` is `value(z)`, so a derivative
that is cheap from the value is written with it. At a kink the derivative is PyTorch's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import pi, sqrt
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .mathml import formula

Array = NDArray[np.floating]

FLAT_SLOPE = 0.02  # of the steepest: tanh beyond |z| = 2.65, sigmoid beyond 5.28

LEAKY_SLOPE = 0.01  # torch.nn.LeakyReLU's default
ELU_ALPHA = 1.0
# Klambauer et al. 2017, appendix A1.1, to the digits PyTorch uses.
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805

ActivationName = Literal[
    "sigmoid", "tanh", "relu", "elu", "leaky_relu", "softplus", "gelu", "swish", "sin", "linear",
    "hard_sigmoid", "hard_tanh", "relu6", "selu", "mish", "softsign", "exponential",
]  # fmt: skip
OutputActivationName = Literal[ActivationName, "softmax"]


@dataclass(frozen=True, slots=True)
class Activation:
    """All that is known of one function of the weighted sum z, elementwise.

    `used` says where one meets it and `fails` what is wrong with it, a sentence each. `low` and `high`
    bound its values, rounded outward; None where there is no bound; `reached` where they are values it takes.
    `steepest` is its greatest slope, None where it grows without end. Below `flat_below` and above
    `flat_above` the slope is less than FLAT_SLOPE of that for good: what lies there hardly learns.
    A unit `dies` where it can be 0, slope and all, for every sample, so that nothing brings it back.
    """

    name: str
    value: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]
    formula: str
    slope_formula: str
    summary: dict[str, str]
    used: dict[str, str]
    fails: dict[str, str]
    low: float | None = None
    high: float | None = None
    reached: bool = False
    steepest: float | None = 1.0
    flat_below: float | None = None
    flat_above: float | None = None
    dies: bool = False

    @property
    def bounded(self) -> bool:
        return self.low is not None and self.high is not None

    @property
    def saturates(self) -> bool:
        """Flat at both ends, so that a large weighted sum of either sign stops learning."""
        return self.flat_below is not None and self.flat_above is not None and not self.dies


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z)), without overflow: exp only ever sees what is not positive."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def softmax(z: Array) -> Array:
    """exp(z_j) / sum over k of exp(z_k), over the last axis."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softplus(z: Array) -> Array:
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def _normal_cdf(z: Array) -> Array:
    from .kernels.special import erf  # compiled when it is first needed, not when this is imported

    return (0.5 * (1 + erf(z.astype(np.float64) / sqrt(2)))).astype(z.dtype)


def _normal_density(z: Array) -> Array:
    return np.exp(-0.5 * z * z) * (1 / sqrt(2 * pi))


def _swish_slope(z: Array, a: Array) -> Array:
    s = sigmoid(z)
    return s + a * (1 - s)


def _mish_slope(z: Array, a: Array) -> Array:
    t = np.tanh(softplus(z))
    return t + z * (1 - t * t) * sigmoid(z)


_Z = "<mi>z</mi>"
_A = "<mi>a</mi>"
_ONE_MINUS_A = "<mo>(</mo><mn>1</mn><mo>−</mo><mi>a</mi><mo>)</mo>"
_EXP_Z = "<msup><mi>e</mi><mi>z</mi></msup>"
_EXP_MINUS_Z = "<msup><mi>e</mi><mrow><mo>−</mo><mi>z</mi></mrow></msup>"
_SIGMA_Z = "<mi>σ</mi><mo>(</mo><mi>z</mi><mo>)</mo>"
_PHI_Z = "<mi>Φ</mi><mo>(</mo><mi>z</mi><mo>)</mo>"


def _cases(positive: str, otherwise: str) -> str:
    return (
        "<mo>{</mo><mtable columnalign='left'>"
        f"<mtr><mtd><mrow>{positive}</mrow></mtd><mtd><mi>z</mi><mo>&gt;</mo><mn>0</mn></mtd></mtr>"
        f"<mtr><mtd><mrow>{otherwise}</mrow></mtd><mtd><mi>z</mi><mo>≤</mo><mn>0</mn></mtd></mtr>"
        "</mtable>"
    )


ACTIVATIONS: dict[str, Activation] = {
    record.name: record
    for record in (
        Activation(
            "sigmoid", sigmoid, lambda z, a: a * (1 - a),
            formula(f"<mfrac><mn>1</mn><mrow><mn>1</mn><mo>+</mo>{_EXP_MINUS_Z}</mrow></mfrac>"),
            formula(_A + _ONE_MINUS_A),
            {"en": "S-shaped, from 0 to 1; its slope is at most 1/4, so gradients shrink layer by layer.",
             "zh": "S 形曲线，取值 0 到 1；斜率最大只有 1/4，因此梯度会逐层变小。"},
            used={"en": "Outputs that answer yes or no, and the gates of LSTM and GRU layers.",
                  "zh": "用于是非判断的输出，以及 LSTM 和 GRU 的门。"},
            fails={"en": "Its values are never centred on 0 and its slope is at most 1/4: deep stacks of it saturate (Glorot & Bengio 2010).",
                   "zh": "取值不以 0 为中心，斜率至多 1/4：多层叠加后容易饱和（Glorot & Bengio 2010）。"},
            low=0, high=1, steepest=0.25, flat_below=-5.288, flat_above=5.288,
        ),
        Activation(
            "tanh", np.tanh, lambda z, a: 1 - a * a,
            formula(f"<mfrac><mrow>{_EXP_Z}<mo>−</mo>{_EXP_MINUS_Z}</mrow>"
                  f"<mrow>{_EXP_Z}<mo>+</mo>{_EXP_MINUS_Z}</mrow></mfrac>"),
            formula("<mn>1</mn><mo>−</mo><msup><mi>a</mi><mn>2</mn></msup>"),
            {"en": "S-shaped, from −1 to 1 and centred on 0, where its slope is 1.",
             "zh": "S 形曲线，取值 −1 到 1，以 0 为中心，在 0 处斜率为 1。"},
            used={"en": "Hidden layers of small networks, and the state of simple RNN and LSTM layers.",
                  "zh": "小型网络的隐藏层，以及简单 RNN 和 LSTM 的状态。"},
            fails={"en": "Beyond |z| = 2.64 its slope is under 2 % of the steepest: a saturated unit hardly learns.",
                   "zh": "|z| 超过 2.64 后斜率不到最大值的 2%：饱和的单元几乎不再学习。"},
            low=-1, high=1, flat_below=-2.644, flat_above=2.644,
        ),
        Activation(
            "relu", lambda z: np.maximum(z, 0), lambda z, a: (z > 0).astype(z.dtype),
            formula(f"<mi>max</mi><mo>(</mo><mn>0</mn><mo>,</mo>{_Z}<mo>)</mo>"),
            formula(_cases("<mn>1</mn>", "<mn>0</mn>")),
            {"en": "Passes what is positive and stops the rest; a unit that is always stopped is dead.",
             "zh": "正数原样通过，其余为 0；始终输出 0 的单元就“死”了。"},
            used={"en": "The usual choice for hidden layers of deep networks (Glorot, Bordes & Bengio 2011).",
                  "zh": "深层网络隐藏层的常用选择（Glorot, Bordes & Bengio 2011）。"},
            fails={"en": "A unit whose z is negative for every sample has slope 0 everywhere and never comes back.",
                   "zh": "若某单元的 z 对所有样本都为负，其斜率处处为 0，再也无法恢复。"},
            low=0, reached=True, flat_below=0, dies=True,
        ),
        Activation(
            "elu",
            lambda z: np.where(z > 0, z, ELU_ALPHA * np.expm1(np.minimum(z, 0))),
            lambda z, a: np.where(z > 0, 1, a + ELU_ALPHA).astype(z.dtype),
            formula(_cases(_Z, f"{_EXP_Z}<mo>−</mo><mn>1</mn>")),
            formula(_cases("<mn>1</mn>", "<mi>a</mi><mo>+</mo><mn>1</mn>")),
            {"en": "Like ReLU, but bends smoothly to −1, so a unit that is off can still learn.",
             "zh": "类似 ReLU，但在负侧平滑趋于 −1，因此关闭的单元仍能学习。"},
            used={"en": "Deep networks without normalization: its negative values bring the mean nearer to 0 (Clevert et al. 2016).",
                  "zh": "不做归一化的深层网络：负值使均值更接近 0（Clevert et al. 2016）。"},
            fails={"en": "Its slope fades far below 0, to under 2 % at z = −3.9, and each negative z costs an exponential.",
                   "zh": "在 0 以下很远处斜率消失（z = −3.9 处不足 2%），且每个负的 z 都要算一次指数。"},
            low=-1, flat_below=-3.912,
        ),
        Activation(
            "leaky_relu",
            lambda z: np.where(z > 0, z, LEAKY_SLOPE * z),
            lambda z, a: np.where(z > 0, 1, LEAKY_SLOPE).astype(z.dtype),
            formula(_cases(_Z, "<mn>0.01</mn><mi>z</mi>")),
            formula(_cases("<mn>1</mn>", "<mn>0.01</mn>")),
            {"en": "ReLU that leaks 1 % of what is negative, so no unit dies.",
             "zh": "让负数保留 1% 的 ReLU，单元不会死掉。"},
            used={"en": "Where ReLU units would die: speech networks (Maas et al. 2013), discriminators of GANs (Radford et al. 2016).",
                  "zh": "ReLU 单元容易死掉的地方：语音网络（Maas et al. 2013）、GAN 的判别器（Radford et al. 2016）。"},
            fails={"en": "Below 0 only 1 % of the gradient gets through, and that again at each layer on the way.",
                   "zh": "在 0 以下只有 1% 的梯度能通过，途经的每一层都如此。"},
        ),
        Activation(
            "softplus", softplus, lambda z, a: -np.expm1(-a),
            formula(f"<mi>ln</mi><mo>(</mo><mn>1</mn><mo>+</mo>{_EXP_Z}<mo>)</mo>"),
            formula(_SIGMA_Z),
            {"en": "ReLU with a rounded corner; its slope is the sigmoid.",
             "zh": "圆角的 ReLU；它的导数就是 sigmoid。"},
            used={"en": "Outputs that must be positive, such as a variance.",
                  "zh": "必须为正的输出，例如方差。"},
            fails={"en": "It is never 0, and for hidden layers it did no better than plain ReLU (Glorot, Bordes & Bengio 2011).",
                   "zh": "它永远不为 0；用于隐藏层时并不优于普通 ReLU（Glorot, Bordes & Bengio 2011）。"},
            low=0, flat_below=-3.892,
        ),
        Activation(
            "gelu", lambda z: z * _normal_cdf(z),
            lambda z, a: _normal_cdf(z) + z * _normal_density(z),
            formula(f"{_Z}<mo>⋅</mo>{_PHI_Z}"),
            formula(f"{_PHI_Z}<mo>+</mo>{_Z}<mo>⋅</mo><mi>φ</mi><mo>(</mo>{_Z}<mo>)</mo>"),
            {"en": "Weighs z by the normal distribution's chance of being below it; dips slightly under 0.",
             "zh": "用正态分布的累积概率对 z 加权；在负侧略低于 0。"},
            used={"en": "The dense layers of transformers such as BERT (Hendrycks & Gimpel 2016; Devlin et al. 2019).",
                  "zh": "Transformer（如 BERT）中的全连接层（Hendrycks & Gimpel 2016；Devlin et al. 2019）。"},
            fails={"en": "Below z = −0.75 it falls as z grows, so its slope is negative there, and it fades further down.",
                   "zh": "在 z = −0.75 以下，z 越大值越小，斜率为负，再往下斜率消失。"},
            low=-0.16998, reached=True, steepest=1.129, flat_below=-2.739,
        ),
        Activation(
            "swish", lambda z: z * sigmoid(z), _swish_slope,
            formula(f"{_Z}<mo>⋅</mo>{_SIGMA_Z}"),
            formula(f"{_SIGMA_Z}<mo>+</mo>{_A}<mo>⋅</mo><mo>(</mo><mn>1</mn><mo>−</mo>{_SIGMA_Z}<mo>)</mo>"),
            {"en": "z times its own sigmoid (also called SiLU): smooth, with a shallow dip below 0.",
             "zh": "z 乘以自身的 sigmoid（又称 SiLU）：平滑，负侧有浅浅的凹陷。"},
            used={"en": "Deep image networks such as EfficientNet (Ramachandran et al. 2017; Tan & Le 2019).",
                  "zh": "深层图像网络，如 EfficientNet（Ramachandran et al. 2017；Tan & Le 2019）。"},
            fails={"en": "Below z = −1.28 its slope is negative and then fades; each unit costs an exponential.",
                   "zh": "在 z = −1.28 以下斜率为负，随后消失；每个单元都要算一次指数。"},
            low=-0.27847, reached=True, steepest=1.1, flat_below=-5.253,
        ),
        Activation(
            "sin", np.sin, lambda z, a: np.cos(z),
            formula(f"<mi>sin</mi><mo>(</mo>{_Z}<mo>)</mo>"),
            formula(f"<mi>cos</mi><mo>(</mo>{_Z}<mo>)</mo>"),
            {"en": "Periodic: the same output comes back every 2π, which suits waves and spirals.",
             "zh": "周期函数：每隔 2π 输出重复，适合波形和螺旋。"},
            used={"en": "Networks that draw images and shapes from coordinates (Sitzmann et al. 2020).",
                  "zh": "由坐标生成图像和形状的网络（Sitzmann et al. 2020）。"},
            fails={"en": "Many z give the same value, so the loss has many valleys: it needs careful starting weights (Sitzmann et al. 2020).",
                   "zh": "许多 z 给出同一个值，损失面有许多谷：初始权重必须仔细选取（Sitzmann et al. 2020）。"},
            low=-1, high=1, reached=True,
        ),
        Activation(
            "linear", lambda z: z.copy(), lambda z, a: np.ones_like(z),
            formula(_Z), formula("<mn>1</mn>"),
            {"en": "Passes z unchanged; layers of it alone amount to a single linear one.",
             "zh": "原样输出 z；多层线性叠加仍等价于一层线性。"},
            used={"en": "The output where any number may be the answer: regression.",
                  "zh": "答案可以是任意数的输出：回归。"},
            fails={"en": "It bends nothing: layers of it draw only what one linear layer draws, however many there are.",
                   "zh": "它不产生弯曲：无论叠多少层，都只相当于一层线性层。"},
        ),
        Activation(
            "hard_sigmoid", lambda z: np.clip(z / 6 + 0.5, 0, 1),
            lambda z, a: ((z > -3) & (z < 3)).astype(z.dtype) / 6,
            formula("<mi>clip</mi><mo>(</mo><mfrac><mi>z</mi><mn>6</mn></mfrac><mo>+</mo><mfrac><mn>1</mn><mn>2</mn></mfrac><mo>,</mo><mn>0</mn><mo>,</mo><mn>1</mn><mo>)</mo>"),
            formula("<mfrac><mn>1</mn><mn>6</mn></mfrac><mo>[</mo><mo>|</mo><mi>z</mi><mo>|</mo><mo>&lt;</mo><mn>3</mn><mo>]</mo>"),
            {"en": "A sigmoid of three straight lines: cheap, and quite flat beyond ±3.",
             "zh": "由三段直线组成的 sigmoid：计算简单，±3 之外完全平坦。"},
            used={"en": "Gates in networks for phones: MobileNetV3 (Howard et al. 2019).",
                  "zh": "手机网络中的门：MobileNetV3（Howard et al. 2019）。"},
            fails={"en": "Beyond ±3 its slope is exactly 0: what lies there gets no gradient at all.",
                   "zh": "在 ±3 之外斜率恰为 0：那里完全得不到梯度。"},
            low=0, high=1, reached=True, steepest=1 / 6, flat_below=-3, flat_above=3,
        ),
        Activation(
            "hard_tanh", lambda z: np.clip(z, -1, 1),
            lambda z, a: ((z > -1) & (z < 1)).astype(z.dtype),
            formula("<mi>clip</mi><mo>(</mo><mi>z</mi><mo>,</mo><mo>−</mo><mn>1</mn><mo>,</mo><mn>1</mn><mo>)</mo>"),
            formula("<mo>[</mo><mo>|</mo><mi>z</mi><mo>|</mo><mo>&lt;</mo><mn>1</mn><mo>]</mo>"),
            {"en": "z itself between −1 and 1, cut off beyond.", "zh": "在 −1 与 1 之间就是 z，之外截断。"},
            used={"en": "Where tanh costs too much: early language networks (Collobert et al. 2011).",
                  "zh": "tanh 计算太贵的场合：早期语言网络（Collobert et al. 2011）。"},
            fails={"en": "Beyond ±1 its slope is exactly 0: what lies there gets no gradient at all.",
                   "zh": "在 ±1 之外斜率恰为 0：那里完全得不到梯度。"},
            low=-1, high=1, reached=True, flat_below=-1, flat_above=1,
        ),
        Activation(
            "relu6", lambda z: np.clip(z, 0, 6), lambda z, a: ((z > 0) & (z < 6)).astype(z.dtype),
            formula("<mi>min</mi><mo>(</mo><mi>max</mi><mo>(</mo><mn>0</mn><mo>,</mo><mi>z</mi><mo>)</mo><mo>,</mo><mn>6</mn><mo>)</mo>"),
            formula("<mo>[</mo><mn>0</mn><mo>&lt;</mo><mi>z</mi><mo>&lt;</mo><mn>6</mn><mo>]</mo>"),
            {"en": "ReLU with a ceiling of 6, made for numbers of few bits.", "zh": "上限为 6 的 ReLU，适合低精度数值。"},
            used={"en": "Networks for phones, whose numbers have few bits: MobileNetV2 (Sandler et al. 2018).",
                  "zh": "数值位数很少的手机网络：MobileNetV2（Sandler et al. 2018）。"},
            fails={"en": "Its slope is 0 below 0 and above 6, so a unit can be stuck at either end.",
                   "zh": "0 以下和 6 以上斜率都为 0，单元可能卡在任何一端。"},
            low=0, high=6, reached=True, flat_below=0, flat_above=6, dies=True,
        ),
        Activation(
            "selu",
            lambda z: SELU_SCALE * np.where(z > 0, z, SELU_ALPHA * np.expm1(np.minimum(z, 0))),
            lambda z, a: np.where(z > 0, SELU_SCALE, a + SELU_SCALE * SELU_ALPHA).astype(z.dtype),
            formula("<mi>λ</mi>" + _cases(_Z, f"<mi>α</mi><mo>(</mo>{_EXP_Z}<mo>−</mo><mn>1</mn><mo>)</mo>")),
            formula(_cases("<mi>λ</mi>", "<mi>a</mi><mo>+</mo><mi>λ</mi><mi>α</mi>")),
            {"en": "An ELU scaled so that layer after layer keeps mean 0 and deviation 1 (with LeCun weights).",
             "zh": "经缩放的 ELU，配合 LeCun 权重可逐层保持均值 0、标准差 1。"},
            used={"en": "Deep dense networks that normalize themselves (Klambauer et al. 2017).",
                  "zh": "能自我归一化的深层全连接网络（Klambauer et al. 2017）。"},
            fails={"en": "It keeps mean and deviation only with LeCun weights, standardized inputs and alpha dropout (Klambauer et al. 2017).",
                   "zh": "只有配合 LeCun 权重、标准化输入和 alpha dropout 才能保持均值与标准差（Klambauer et al. 2017）。"},
            low=-SELU_SCALE * SELU_ALPHA, steepest=SELU_SCALE * SELU_ALPHA, flat_below=-3.912,
        ),
        Activation(
            "mish", lambda z: z * np.tanh(softplus(z)), _mish_slope,
            formula(f"{_Z}<mo>⋅</mo><mi>tanh</mi><mo>(</mo><mi>ln</mi><mo>(</mo><mn>1</mn><mo>+</mo>{_EXP_Z}<mo>)</mo><mo>)</mo>"),
            formula(f"<mi>t</mi><mo>+</mo>{_Z}<mo>(</mo><mn>1</mn><mo>−</mo><msup><mi>t</mi><mn>2</mn></msup><mo>)</mo>{_SIGMA_Z}"),
            {"en": "Smooth like swish, with a slightly deeper dip below 0.", "zh": "与 swish 类似的平滑曲线，负侧凹陷略深。"},
            used={"en": "Networks that find objects in images: YOLOv4 (Misra 2020; Bochkovskiy et al. 2020).",
                  "zh": "图像目标检测网络：YOLOv4（Misra 2020；Bochkovskiy et al. 2020）。"},
            fails={"en": "Costs an exponential, a logarithm and a tanh a unit; below z = −1.19 its slope is negative.",
                   "zh": "每个单元要算指数、对数和 tanh 各一次；在 z = −1.19 以下斜率为负。"},
            low=-0.30885, reached=True, steepest=1.089, flat_below=-5.273,
        ),
        Activation(
            "softsign", lambda z: z / (1 + np.abs(z)), lambda z, a: 1 / (1 + np.abs(z)) ** 2,
            formula("<mfrac><mi>z</mi><mrow><mn>1</mn><mo>+</mo><mo>|</mo><mi>z</mi><mo>|</mo></mrow></mfrac>"),
            formula("<mfrac><mn>1</mn><msup><mrow><mo>(</mo><mn>1</mn><mo>+</mo><mo>|</mo><mi>z</mi><mo>|</mo><mo>)</mo></mrow><mn>2</mn></msup></mfrac>"),
            {"en": "S-shaped like tanh, but it approaches ±1 slowly, so its gradients fade slowly too.",
             "zh": "类似 tanh 的 S 形，但缓慢趋近 ±1，梯度也衰减得慢。"},
            used={"en": "Instead of tanh, where layers would saturate too soon (Glorot & Bengio 2010).",
                  "zh": "代替 tanh，用于层容易过早饱和的场合（Glorot & Bengio 2010）。"},
            fails={"en": "Away from 0 its slope drops at once: at |z| = 1 it is 1/4 already.",
                   "zh": "离开 0 后斜率立即下降：|z| = 1 处已只有 1/4。"},
            low=-1, high=1, flat_below=-6.071, flat_above=6.071,
        ),
        Activation(
            "exponential", lambda z: np.exp(np.minimum(z, 80)),
            lambda z, a: a * (z < 80),
            formula(_EXP_Z), formula("<mi>a</mi>"),
            {"en": "Grows without bound, and its slope with it: one to watch diverge. Cut off at z = 80.",
             "zh": "无界增长，斜率亦然：容易发散，值得一看。在 z = 80 处截断。"},
            used={"en": "Outputs that are counts or rates, whose logarithm is linear: Poisson regression.",
                  "zh": "计数或速率类输出，其对数是线性的：泊松回归。"},
            fails={"en": "Value and slope grow by a factor of e with each 1 of z: a few such layers overflow.",
                   "zh": "z 每增加 1，值和斜率都乘以 e：叠几层就会溢出。"},
            low=0, steepest=None,
        ),
    )
}  # fmt: skip


def _softmax_slope(z: Array, a: Array) -> Array:
    """dy_j / dz_j alone; the units of a sample are coupled, see `pull_back`."""
    return a * (1 - a)


# Of the output alone: it looks at all its units at once.
SOFTMAX = Activation(
    "softmax",
    softmax,
    _softmax_slope,
    formula(
        "<mfrac><msup><mi>e</mi><msub><mi>z</mi><mi>j</mi></msub></msup>"
        "<mrow><munder><mo>∑</mo><mi>k</mi></munder>"
        "<msup><mi>e</mi><msub><mi>z</mi><mi>k</mi></msub></msup></mrow></mfrac>"
    ),
    "",
    {
        "en": "Turns the outputs into probabilities that add up to 1, one a class.",
        "zh": "把输出变成总和为 1 的概率，每个类别一个。",
    },
    {
        "en": "The output where one of several classes is right, and attention in transformers (Vaswani et al. 2017).",
        "zh": "从多个类别中选一个的输出，以及 Transformer 的注意力（Vaswani et al. 2017）。",
    },
    {
        "en": "The same added to every z changes nothing, and where one share is near 1 all its slopes are near 0.",
        "zh": "给每个 z 加上同一个数，结果不变；当某一份接近 1 时，所有斜率都接近 0。",
    },
    low=0,
    high=1,
    steepest=0.25,
)


def activation(name: str) -> Activation:
    """The record of any activation, softmax too."""
    return SOFTMAX if name == "softmax" else ACTIVATIONS[name]


def activate(name: str, z: Array) -> Array:
    """f(z) by name, softmax over the last axis.  z: (..., units)"""
    return activation(name).value(z)


def pull_back(name: str, z: Array, a: Array, da: Array) -> Array:
    """dL/dz from dL/da.  z, a, da: (batch, units).

    Softmax couples the units of a sample: dz = a * (da - sum_k a_k da_k).
    """
    if name == "softmax":
        return a * (da - (a * da).sum(axis=-1, keepdims=True))
    return da * ACTIVATIONS[name].slope(z, a)


assert tuple(ACTIVATIONS) == get_args(ActivationName)
