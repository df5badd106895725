"""Experiments worth opening, each a whole spec."""

from dataclasses import dataclass

from .datasets.curve import ArticleLinear, ArticlePairs
from .datasets.plane import Blobs, Circle, Xor
from .datasets.text import Topics
from .datasets.worked_example import WorkedExample
from .layers import LSTM, Dense, Embedding
from .optimizers import SGD, Adam
from .spec import Clipping, NetworkSpec
from .suits import suiting


@dataclass(frozen=True, slots=True)
class Preset:
    """`title` and `summary` in English and Chinese."""

    name: str
    title: dict[str, str]
    summary: dict[str, str]
    spec: NetworkSpec


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            "spiral",
            {"en": "Spiral", "zh": "螺旋"},
            {"en": "Three arms, three layers of eight: watch the layers unroll it.",
             "zh": "三条旋臂，三层各 8 个单元：看各层如何把它展开。"},
            NetworkSpec(),
        ),
        Preset(
            "xor",
            {"en": "XOR", "zh": "异或"},
            {"en": "The smallest problem a single line cannot solve; four hidden units can.",
             "zh": "一条直线解决不了的最小问题；四个隐藏单元就可以。"},
            NetworkSpec(
                dataset=Xor(samples=300), layers=(Dense(units=4),), loss="binary_cross_entropy",
                optimizer=SGD(learning_rate=0.1, momentum=0.9),
            ),
        ),
        Preset(
            "circle",
            {"en": "Circle", "zh": "圆"},
            {"en": "Three ReLU units cut out a triangle; more make it round.",
             "zh": "三个 ReLU 单元围成三角形；更多单元让它变圆。"},
            NetworkSpec(
                dataset=Circle(), layers=(Dense(units=3, activation="relu"),), loss="binary_cross_entropy",
                initializer="he_uniform", optimizer=Adam(learning_rate=0.01), seed=3,
            ),
        ),
        Preset(
            "article_bp",
            {"en": "BP in eight steps (article 3.1)", "zh": "BP 算法八步（文章 3.1）"},
            {"en": "Sigmoid hidden layer, softmax output, one sample a step: the article's three-layer network.",
             "zh": "sigmoid 隐藏层、softmax 输出、每步一个样本：文章中的三层网络。"},
            NetworkSpec(
                dataset=Blobs(samples=200), layers=(Dense(units=4, activation="sigmoid"),),
                optimizer=SGD(learning_rate=0.1, momentum=0.5), batch_size=1,
            ),
        ),
        Preset(
            "article_linear",
            {"en": "Three weights and a bias (article 4.1)", "zh": "三个权重和偏置（文章 4.1）"},
            {"en": "One linear unit finds the weights 1, 2, 3 and the bias 2 by gradient descent at rate 0.01.",
             "zh": "一个线性单元以学习率 0.01 的梯度下降找回权重 1、2、3 和偏置 2。"},
            NetworkSpec(
                dataset=ArticleLinear(), layers=(), loss="mse", optimizer=SGD(learning_rate=0.01),
            ),
        ),
        Preset(
            "article_pairs",
            {"en": "Twice as much (article 4.2)", "zh": "两倍关系（文章 4.2）"},
            {"en": "From (1, 2), (2, 4), (3, 6) one linear unit learns t = 2x.",
             "zh": "从 (1, 2)、(2, 4)、(3, 6) 学到 t = 2x。"},
            NetworkSpec(
                dataset=ArticlePairs(), layers=(), loss="mse", optimizer=SGD(learning_rate=0.01),
                batch_size=3,
            ),
        ),
        Preset(
            "worked_example",
            {"en": "A 2-2-2 network by hand", "zh": "手算 2-2-2 网络"},
            {"en": "A published worked example: sigmoid units, biases held fixed. Its total error, half the sum of "
             "squares, is with two outputs our mse, their mean: 0.298371 before the first step.",
             "zh": "广为流传的手算例子：sigmoid 单元，偏置固定不变。其总误差（平方和的一半）在两个输出时就是这里的 mse（平均值）："
             "第一步之前为 0.298371。"},
            NetworkSpec(dataset=WorkedExample(), **suiting(WorkedExample)),
        ),
        Preset(
            "char_lstm",
            {"en": "An LSTM learns to write", "zh": "LSTM 学写作"},
            {"en": "128 units read 50 characters and guess the next one. Watch what it writes: spaces first, then short words, "
             "then lines that sound like a manual.",
             "zh": "128 个单元读 50 个字符，猜下一个。看它写出的文字：先学会空格，再是短词，最后是读起来像手册的句子。"},
            NetworkSpec(
                dataset=Topics(window=50), layers=(Embedding(output_dim=32), LSTM(units=128, return_sequences=True)),
                loss="sequence_cross_entropy", optimizer=Adam(learning_rate=0.005), batch_size=20,
                clipping=Clipping(norm=1.0),
            ),
        ),
    )
}  # fmt: skip
