"""The words of a diagnosis: what is the matter, and what to try, in English and Chinese."""

from dataclasses import dataclass
from typing import Literal

Illness = Literal[
    "diverged", "exploding", "vanishing", "dead", "saturated", "plateau", "overfitting"
]


@dataclass(frozen=True, slots=True)
class Finding:
    """`figure` says so because it is past `threshold`; None where there is no such number (a
    gradient that is not finite, a divergence). `layer` is None where the whole network is meant."""

    name: Illness
    layer: str | None
    figure: float | None
    threshold: float | None
    text: dict[str, str]
    advice: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Words:
    name: Illness
    en: str
    zh: str
    advice_en: str
    advice_zh: str


_WORDS: dict[str, _Words] = {
    "diverged": _Words(
        "diverged",
        "Training stopped at step {step}: the {what} of {layer} became {value}.",
        "训练在第 {step} 步停止：{layer} 的 {what} 变成了 {value}。",
        "Lower the learning rate or clip the gradient's norm, then reset.",
        "降低学习率或裁剪梯度范数，然后重置。",
    ),
    "exploding": _Words(
        "exploding",
        "The gradient of {layer} is {figure} times its weights: one step throws them far away.",
        "{layer} 的梯度是其权重的 {figure} 倍：一步就会把权重推得很远。",
        "Start with smaller weights (glorot or he), normalise inputs and layers, clip the norm.",
        "使用更小的初始权重（glorot 或 he）、归一化输入与各层、裁剪梯度范数。",
    ),
    "exploding_depth": _Words(
        "exploding",
        "The gradient grows on its way back: at {layer} it is {figure} times that of the last layer.",
        "梯度在反向传播中增大：到 {layer} 时是最后一层的 {figure} 倍。",
        "Start with smaller weights (glorot or he), add batch_norm or layer_norm, clip the norm.",
        "使用更小的初始权重（glorot 或 he）、加入 batch_norm 或 layer_norm、裁剪梯度范数。",
    ),
    "exploding_time": _Words(
        "exploding",
        "Going back through time in {layer} the gradient grows {figure} times.",
        "在 {layer} 中沿时间反向传播时，梯度增大为 {figure} 倍。",
        "Clip the gradient's norm, truncate, or take an lstm or gru.",
        "裁剪梯度范数、截断反向传播，或改用 lstm、gru。",
    ),
    "vanishing": _Words(
        "vanishing",
        "The gradient fades on its way back: at {layer} it is {figure} of that of the last layer.",
        "梯度在反向传播中消失：到 {layer} 时只有最后一层的 {figure}。",
        "Take relu or tanh instead of sigmoid, fewer layers, batch_norm, or residual connections.",
        "用 relu 或 tanh 代替 sigmoid、减少层数、加入 batch_norm 或残差连接。",
    ),
    "vanishing_time": _Words(
        "vanishing",
        "Of the gradient at the last step of {layer} only {figure} reaches the first: it cannot learn "
        "from what came long before.",
        "{layer} 最后一步的梯度只有 {figure} 传到第一步：学不到很久以前的信息。",
        "Take an lstm or gru in place of simple_rnn, shorter sequences, or read them both ways.",
        "用 lstm 或 gru 代替 simple_rnn、缩短序列，或双向读取。",
    ),
    "dead": _Words(
        "dead",
        "{share} of the units of {layer} are 0 for every sample: no gradient reaches them any more.",
        "{layer} 中 {share} 的单元对所有样本输出 0：梯度再也到不了它们。",
        "Lower the learning rate and reset, take leaky_relu or elu, or he initial weights.",
        "降低学习率并重置，改用 leaky_relu 或 elu，或使用 he 初始化。",
    ),
    "saturated": _Words(
        "saturated",
        "{share} of the units of {layer} sit where their activation is flat, for most samples: they "
        "hardly learn.",
        "{layer} 中 {share} 的单元对大多数样本处于激活函数的平坦区：几乎不再学习。",
        "Start with smaller weights, scale the inputs, add batch_norm, or take relu.",
        "使用更小的初始权重、缩放输入、加入 batch_norm，或改用 relu。",
    ),
    "plateau": _Words(
        "plateau",
        "The loss has stopped falling: it changed by {share} over the last {steps} steps and still is "
        "{rest} of what it was at the start.",
        "损失不再下降：最近 {steps} 步只变化了 {share}，仍是开始时的 {rest}。",
        "Raise the learning rate, take adam or momentum, more units; or the data allow no better.",
        "提高学习率、使用 adam 或动量、增加单元；也可能数据只允许如此。",
    ),
    "overfitting": _Words(
        "overfitting",
        "The test loss is {figure} times the training loss and has risen {rise} since its best: the "
        "network learns the training samples by heart.",
        "测试损失是训练损失的 {figure} 倍，且比最佳时上升了 {rise}：网络在死记训练样本。",
        "Stop earlier, get more samples, use fewer units, dropout or an l2 penalty.",
        "提前停止、增加样本、减少单元、使用 dropout 或 l2 惩罚。",
    ),
}


def finding(
    words: str, layer: str | None, figure: float | None, threshold: float | None, **said: object
) -> Finding:
    """`said` fills the sentences, besides the layer and the figure (two digits)."""
    chosen = _WORDS[words]
    spelled = "∞" if figure is None else f"{figure:.2g}"
    filled = {"layer": layer, "figure": spelled, **said}
    return Finding(
        chosen.name,
        layer,
        figure,
        threshold,
        {"en": chosen.en.format(**filled), "zh": chosen.zh.format(**filled)},
        {"en": chosen.advice_en, "zh": chosen.advice_zh},
    )
