"""Experiments worth opening, each a whole spec."""

from dataclasses import dataclass

from .datasets.curve import ArticleLinear, ArticlePairs
from .datasets.edges import Edges
from .datasets.image import Digits, Shapes
from .datasets.mnist import Mnist
from .datasets.plane import Blobs, Circle, Xor
from .datasets.sequence import Memory, Waveforms
from .datasets.series import Price, Sines, Sunspots
from .datasets.text import Topics
from .datasets.worked_example import WorkedExample
from .layers import (
    LSTM,
    Conv2D,
    Dense,
    Embedding,
    Flatten,
    GlobalAvgPool2D,
    SimpleRNN,
)
from .optimizers import SGD, Adam
from .spec import Clipping, NetworkSpec
from .suits import halved, suiting


@dataclass(frozen=True, slots=True)
class Preset:
    """`title` and `summary` in English and Chinese."""

    name: str
    title: dict[str, str]
    summary: dict[str, str]
    spec: NetworkSpec


# Both get the same; only the layers are to be compared.
_ON_DIGITS = {
    "dataset": Digits(), "optimizer": Adam(learning_rate=0.01), "batch_size": 64,
    "initializer": "he_uniform",
}  # fmt: skip

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
            "digits_cnn",
            {"en": "Digits, convolutional", "zh": "手写数字：卷积网络"},
            {"en": "Two layers of kernels, 6090 parameters: nineteen digits in twenty are right after some seventy steps.",
             "zh": "两层卷积核，6090 个参数：约七十步后，二十个数字能认对十九个。"},
            NetworkSpec(**_ON_DIGITS, layers=(*halved(16, 32), Flatten())),
        ),
        Preset(
            "digits_mlp",
            {"en": "Digits, dense", "zh": "手写数字：全连接网络"},
            {"en": "The same data and as many parameters, in one dense layer: compare its test accuracy with the kernels'.",
             "zh": "同样的数据，参数数量相当，但只用一个全连接层：与卷积网络比较测试准确率。"},
            NetworkSpec(**_ON_DIGITS, layers=(Flatten(), Dense(units=80, activation="relu"))),
        ),
        Preset(
            "mnist_cnn",
            {"en": "MNIST, convolutional", "zh": "MNIST：卷积网络"},
            {"en": "Kernels of five by five on larger digits. Take the dropout out: what happens to the test loss?",
             "zh": "在更大的数字上使用 5×5 卷积核。去掉 dropout，测试损失会怎样？"},
            NetworkSpec(dataset=Mnist(), **suiting(Mnist)),
        ),
        Preset(
            "shapes_cnn",
            {"en": "Shapes, wherever they are", "zh": "图形：不论在哪里"},
            {"en": "The mean of each last map asks whether a corner is there, not where: compare with flatten in its place.",
             "zh": "最后每张特征图取平均，只问有没有某个角，不问在哪里：换成 flatten 比较一下。"},
            NetworkSpec(
                dataset=Shapes(), layers=(*halved(8, 16), Conv2D(filters=32, kernel_size=3, padding="same"), GlobalAvgPool2D()),
                optimizer=Adam(learning_rate=0.01), batch_size=32, initializer="he_uniform",
            ),
        ),
        Preset(
            "edge_detector",
            {"en": "Edge detector", "zh": "边缘检测器"},
            {"en": "One layer of four kernels. Set one by hand under Weights, −1, −2, −1 above and 1, 2, 1 below, or let them be learned.",
             "zh": "一层四个卷积核。可在“权重数值”里手动设置，例如上为 −1、−2、−1，下为 1、2、1；也可让网络自己学。"},
            NetworkSpec(dataset=Edges(), **suiting(Edges)),
        ),
        # Sequences
        Preset(
            "sine_rnn",
            {"en": "Sine waves, simple RNN", "zh": "正弦波，简单 RNN"},
            {"en": "Eight units with nothing but their own last state carry two sines on. Where does a free run drift?",
             "zh": "八个单元只凭自己上一步的状态接着画两个正弦。自由预测从哪里开始偏离？"},
            NetworkSpec(
                dataset=Sines(), layers=(SimpleRNN(units=8),), loss="mse",
                optimizer=Adam(learning_rate=0.005), batch_size=20, clipping=Clipping(norm=1.0),
            ),
        ),
        Preset(
            "price_lstm",
            {"en": "A price, LSTM", "zh": "价格，LSTM"},
            {"en": "Five steps ahead of a made-up price: the season can be foreseen, the walk cannot. Compare with “as now”.",
             "zh": "向前五步预测虚构的价格：季节可以预见，随机游走不能。与“保持不变”比较。"},
            NetworkSpec(
                dataset=Price(), layers=(LSTM(units=12),), loss="mse",
                optimizer=Adam(learning_rate=0.003), batch_size=20, clipping=Clipping(norm=1.0),
            ),
        ),
        Preset(
            "sunspots_gru",
            {"en": "Sunspots, GRU", "zh": "太阳黑子，GRU"},
            {"en": "Three hundred years of sunspots, a year ahead; set a free run off and see how long it keeps the cycle.",
             "zh": "三百年的太阳黑子，提前一年预测；让它自由预测，看周期能保持多久。"},
            NetworkSpec(dataset=Sunspots(), **suiting(Sunspots)),
        ),
        Preset(
            "waveforms_rnn",
            {"en": "Which wave? Simple RNN", "zh": "哪种波形？简单 RNN"},
            {"en": "Sine, square, saw or noise, told from the last state alone: watch the state follow the wave.",
             "zh": "仅凭最后的状态分辨正弦、方波、锯齿和噪声：看状态如何跟随波形。"},
            NetworkSpec(
                dataset=Waveforms(), layers=(SimpleRNN(units=32),), optimizer=Adam(learning_rate=0.002),
                batch_size=20, clipping=Clipping(norm=1.0),
            ),
        ),
        Preset(
            "vanishing_gradient_rnn",
            {"en": "Vanishing gradient, simple RNN", "zh": "梯度消失，简单 RNN"},
            {"en": "The class is told in the first of sixty steps. The gradient does not come that far back: it goes on guessing.",
             "zh": "六十步中的第一步告诉类别。梯度传不回那么远：它只能一直猜。"},
            NetworkSpec(
                dataset=Memory(), layers=(SimpleRNN(units=16),), optimizer=Adam(learning_rate=0.005),
                batch_size=20, clipping=Clipping(norm=1.0), seed=1,
            ),
        ),
        Preset(
            "vanishing_gradient_lstm",
            {"en": "Vanishing gradient, LSTM", "zh": "梯度消失，LSTM"},
            {"en": "The same task. The cell carries the gradient back, for the forget gates start open (bias 4): it learns.",
             "zh": "同样的任务。遗忘门一开始就打开（偏置为 4），记忆单元把梯度带回去：它学会了。"},
            NetworkSpec(dataset=Memory(), seed=1, **suiting(Memory)),
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
