"""The words of a diagnosis: what is the matter, and what to try, in English and Chinese."""

from dataclasses import dataclass, field
from typing import Any, Literal

Illness = Literal[
    "diverged", "missing_class", "leak", "shuffled_labels", "unscaled", "symmetry",
    "batch_norm_batch", "l2_too_strong", "no_bias", "too_fast", "exploding", "vanishing", "dead",
    "saturated", "too_slow", "too_little_data", "overfitting", "plateau",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Remedy:
    """`patch` is a change of the spec, as PATCH takes it, made for this very network; `reset` says that
    it helps only where the run then begins anew, `back` how many steps to go back before it."""

    name: str
    label: dict[str, str]
    patch: dict[str, Any]
    reset: bool = False
    back: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """`figure` says so because it is past `threshold`; None where there is no such number (a
    gradient that is not finite, a divergence). `layer` is None where the whole network is meant.
    Of the remedies the best comes first; none where no setting helps."""

    name: Illness
    layer: str | None
    figure: float | None
    threshold: float | None
    text: dict[str, str]
    advice: dict[str, str]
    remedies: list[Remedy] = field(default_factory=list[Remedy])


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
    "missing_class": _Words(
        "missing_class",
        "No training sample is of the class {name}: the network cannot learn what it never sees.",
        "没有一个训练样本属于类别 {name}：网络学不到从未见过的东西。",
        "Add samples of it, keep fewer of them back for testing, or draw the data anew.",
        "补充该类样本、减少留作测试的样本，或重新抽取数据。",
    ),
    "leak": _Words(
        "leak",
        "{share} of the test samples are training samples: the test tells what it remembers, not what "
        "it has understood.",
        "{share} 的测试样本就是训练样本：测试只说明它记住了什么，而不是学会了什么。",
        "Take them out of the test part, then look at the test loss again.",
        "把它们从测试部分去掉，再看测试损失。",
    ),
    "shuffled_labels": _Words(
        "shuffled_labels",
        "Samples that lie side by side agree in their labels no more than chance would have it "
        "({figure}, where 0 is chance and 1 always): the labels look shuffled.",
        "相邻样本的标签一致程度与随机无异（{figure}；0 为随机，1 为总是一致）：标签像是被打乱了。",
        "Look where the labels come from. No network learns more of them than to know them by heart.",
        "检查标签的来源。面对这样的标签，任何网络都只能死记硬背。",
    ),
    "shuffled_values": _Words(
        "shuffled_labels",
        "The values of samples that lie side by side have nothing to do with one another (correlation "
        "{figure}): they look shuffled.",
        "相邻样本的数值毫无关系（相关系数 {figure}）：数值像是被打乱了。",
        "Look where the values come from. No network learns more of them than to know them by heart.",
        "检查数值的来源。面对这样的数据，任何网络都只能死记硬背。",
    ),
    "unscaled": _Words(
        "unscaled",
        "The input {name} is about {figure} in size where the network expects about 1: the weights on it "
        "see a loss of quite another steepness than the rest.",
        "输入 {name} 的大小约为 {figure}，而网络期望约为 1：与它相连的权重面对的损失陡峭程度与其他权重完全不同。",
        "Scale every input to mean 0 and deviation 1, or put batch_norm in front.",
        "把每个输入缩放到均值 0、标准差 1，或在最前面加 batch_norm。",
    ),
    "symmetry": _Words(
        "symmetry",
        "All {units} units of {layer} are the same: they started the same, get the same gradient and "
        "stay one unit.",
        "{layer} 的全部 {units} 个单元完全相同：起点相同、梯度相同，永远等于一个单元。",
        "Draw the starting weights at random (glorot or he) and start anew.",
        "用随机初始权重（glorot 或 he）重新开始。",
    ),
    "batch_norm_batch": _Words(
        "batch_norm_batch",
        "{layer} takes mean and deviation from {figure} numbers only: they are mostly chance, and in the "
        "test it uses others.",
        "{layer} 只用 {figure} 个数计算均值和标准差：结果多半是偶然，而测试时用的又是另一套。",
        "Take a batch of 32, or layer_norm, which does not look at the batch.",
        "把批量设为 32，或改用与批量无关的 layer_norm。",
    ),
    "l2_too_strong": _Words(
        "l2_too_strong",
        "The L2 penalty pulls on the weights {figure} times as hard as the data does: they will shrink to "
        "nothing.",
        "L2 惩罚对权重的拉力是数据的 {figure} 倍：权重会缩到零。",
        "Lower the penalty, by a hundred times to begin with, and start anew.",
        "先把惩罚降到百分之一，然后重新开始。",
    ),
    "l2_shrunk": _Words(
        "l2_too_strong",
        "The L2 penalty has shrunk the weights to {figure} of what they began with, and the loss still is "
        "{rest} of what it was.",
        "L2 惩罚已把权重缩小到开始时的 {figure}，而损失仍是开始时的 {rest}。",
        "Lower the penalty, by a hundred times to begin with, and start anew.",
        "先把惩罚降到百分之一，然后重新开始。",
    ),
    "no_bias": _Words(
        "no_bias",
        "The biases are held, and the weights have nothing left to do: moving the biases alone would "
        "take {share} of the loss away.",
        "偏置被固定，权重已无能为力：只移动偏置就能消去 {share} 的损失。",
        "Let the biases be trained.",
        "让偏置参与训练。",
    ),
    "too_fast": _Words(
        "too_fast",
        "The learning rate {rate} times the curvature of the loss {sharpness} is {figure}: beyond "
        "{threshold} a step overshoots by more than it came from.",
        "学习率 {rate} 乘以损失的曲率 {sharpness} 等于 {figure}：超过 {threshold} 时，每一步都越过谷底、比原来更远。",
        "Lower the learning rate and start anew; clipping the norm helps too.",
        "降低学习率并重新开始；裁剪梯度范数也有帮助。",
    ),
    "too_fast_start": _Words(
        "too_fast",
        "The loss is stuck: at the start the learning rate {rate} times the curvature {sharpness} was "
        "{figure}, and beyond {threshold} the first steps throw the weights away.",
        "损失卡住了：开始时学习率 {rate} 乘以曲率 {sharpness} 等于 {figure}，超过 {threshold} 时最初几步就会把权重抛远。",
        "Lower the learning rate and start anew.",
        "降低学习率并重新开始。",
    ),
    "too_fast_step": _Words(
        "too_fast",
        "At a learning rate of {rate} one step moves the weights by {figure} of their size: they are "
        "thrown about instead of led.",
        "学习率 {rate} 下，一步就让权重移动其自身大小的 {figure} 倍：权重被抛来抛去。",
        "Lower the learning rate and start anew.",
        "降低学习率并重新开始。",
    ),
    "too_slow": _Words(
        "too_slow",
        "An update moves the weights by {figure} of their size, and {rest} of the loss is still there: "
        "at a learning rate of {rate} it takes for ever.",
        "一次更新只让权重移动其大小的 {figure}，而损失还剩 {rest}：学习率 {rate} 下永远学不完。",
        "Raise the learning rate, ten times to begin with.",
        "提高学习率，先提高十倍。",
    ),
    "too_little_data": _Words(
        "too_little_data",
        "{parameters} parameters learn from {samples} samples, {figure} for each, and the test loss is "
        "{gap} times the training loss.",
        "{parameters} 个参数只从 {samples} 个样本学习，平均每个样本 {figure} 个，测试损失是训练损失的 {gap} 倍。",
        "Get more samples; a smaller network or an l2 penalty is second best.",
        "增加样本；其次是缩小网络或加 l2 惩罚。",
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
    # 1400, not 1.4e+03
    spelled = "∞" if figure is None else f"{float(f'{figure:.2g}'):g}"
    bound = None if threshold is None else f"{threshold:.3g}"
    filled = {"layer": layer, "figure": spelled, "threshold": bound, **said}
    return Finding(
        chosen.name,
        layer,
        figure,
        threshold,
        {"en": chosen.en.format(**filled), "zh": chosen.zh.format(**filled)},
        {"en": chosen.advice_en, "zh": chosen.advice_zh},
    )
