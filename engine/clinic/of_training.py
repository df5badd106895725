"""Cases whose fault is in how the network starts and how it is trained."""

from ..datasets.plane import Circle, Moons, Rings, Spiral, Xor
from ..layers import BatchNorm, Dense
from ..optimizers import SGD
from ..spec import NetworkSpec, Regularization
from .base import Case, accuracy, words

_DEEP = 10

OF_TRAINING = (
    Case(
        name="all_alike",
        title=words("Eight units, one opinion", "八个单元，一种意见"),
        story=words(
            "The network has eight hidden units and still answers the same everywhere. Look at the weights: "
            "how many different rows are there?",
            "网络有八个隐藏单元，却处处给出同样的回答。看看权重：有几行是不同的？",
        ),
        spec=NetworkSpec(
            dataset=Moons(), layers=(Dense(units=8),), optimizer=SGD(learning_rate=0.1), initializer="zeros"
        ),
        goal=accuracy(0.95, 2000),
        hints=(
            words("Point at the units of the hidden layer one after the other.", "逐个指向隐藏层的单元。"),
            words("They all compute the same, and get the same gradient. What made them start the same?",
                  "它们算的都一样，得到的梯度也一样。是什么让它们起点相同？"),
            words("Choose another initializer and reset.", "换一种初始化方式，然后重置。"),
        ),
        explanation=words(
            "Weights that all start at zero get equal gradients, so equal units stay equal for good: eight "
            "units are worth one. Here not even that one moves, for both layers multiply by zero. Random "
            "starting weights break the symmetry.",
            "全为零的初始权重得到相同的梯度，相同的单元永远相同：八个单元只顶一个。这里连这一个也不动，因为两层"
            "都在乘以零。随机初始权重打破了对称。",
        ),
        finding="symmetry",
        remedy={"initializer": "glorot_uniform"},
    ),
    Case(
        name="thrown_about",
        title=words("A loss that jumps", "跳来跳去的损失"),
        story=words(
            "The loss leaps at the first steps and then hangs high up, though the data can be learned. See "
            "how long a step is beside the weights.",
            "损失在最初几步猛地一跳，然后高高挂住，而这些数据本是学得会的。看看一步有多长、权重有多大。",
        ),
        spec=NetworkSpec(
            dataset=Rings(), layers=(Dense(units=8), Dense(units=8)), optimizer=SGD(learning_rate=10.0)
        ),
        goal=accuracy(0.9, 3000),
        hints=(
            words("Look at the first twenty losses, and at where the units' activations lie.",
                  "看最初二十个损失，再看各单元的激活值落在哪里。"),
            words("The units sit at their flat ends: something threw the weights there in a few steps.",
                  "单元都停在平坦的两端：有什么东西几步就把权重抛到了那里。"),
            words("Divide the learning rate by a hundred and reset.", "把学习率除以一百，然后重置。"),
        ),
        explanation=words(
            "Where the loss bends sharply a step must be short: past 2 over the curvature it lands further "
            "off than it started. After a few such steps tanh is flat everywhere and no gradient is left to "
            "lead back.",
            "损失弯曲得厉害的地方，步子必须小：超过曲率分之二，落点就比起点更远。几步之后 tanh 处处平坦，"
            "再没有梯度能把它带回来。",
        ),
        finding="too_fast",
        remedy={"optimizer": {"learning_rate": 0.1}},
    ),
    Case(
        name="standing_still",
        title=words("Nothing happens", "毫无动静"),
        story=words(
            "It trains and trains, and the boundary does not move. Yet there is a gradient.",
            "训练了又训练，边界却一动不动。可梯度明明存在。",
        ),
        spec=NetworkSpec(
            dataset=Xor(), layers=(Dense(units=6), Dense(units=4)), optimizer=SGD(learning_rate=1e-5)
        ),
        goal=accuracy(0.9, 3000),
        hints=(
            words("Compare a weight before and after a step.", "比较一步前后的某个权重。"),
            words("A step moves the weights by a millionth of their size. A thousandth would do.",
                  "一步只让权重移动其大小的百万分之一。千分之一才合适。"),
            words("Raise the learning rate some thousand times.", "把学习率提高几千倍。"),
        ),
        explanation=words(
            "A step is the rate times the gradient. The gradient was fine; at a rate of 0.00001 a run of a "
            "day would have done what 0.1 does in seconds.",
            "一步等于学习率乘以梯度。梯度没有问题；学习率为 0.00001 时，0.1 几秒能做完的事要做上一整天。",
        ),
        finding="too_slow",
        remedy={"optimizer": {"learning_rate": 0.1}},
    ),
    Case(
        name="silent_units",
        title=words("Units that say nothing", "沉默的单元"),
        story=words(
            "Every sample gets the same answer. The hidden layer is ReLU; look at its activations.",
            "每个样本得到同样的回答。隐藏层是 ReLU；看看它的激活值。",
        ),
        spec=NetworkSpec(
            dataset=Circle(), layers=(Dense(units=8, activation="relu"),), initializer="he_uniform",
            optimizer=SGD(learning_rate=0.1), start={"dense_1.bias": (-30.0,) * 8},
        ),
        goal=accuracy(0.95, 2000),
        hints=(
            words("What does the hidden layer give for ten different samples?", "隐藏层对十个不同样本输出什么？"),
            words("All zeros: every weighted sum is negative. Which number makes it so?",
                  "全是零：每个加权和都是负的。是哪个数造成的？"),
            words("The biases start at −30. Draw the start anew, without them.",
                  "偏置从 −30 开始。去掉它们，重新抽取起点。"),
        ),
        explanation=words(
            "A ReLU that is below zero for every sample is off, and its slope there is zero: no gradient "
            "ever wakes it. Such units are called dead. A start in the middle, or leaky_relu, keeps them "
            "alive.",
            "对所有样本都小于零的 ReLU 是关闭的，那里的斜率也是零：没有梯度能唤醒它，这叫“死亡”单元。"
            "从中间起步，或改用 leaky_relu，就能让它活着。",
        ),
        finding="dead",
        remedy={"start": {}},
    ),
    Case(
        name="ten_deep",
        title=words("Ten layers of fog", "十层迷雾"),
        story=words(
            "Ten sigmoid layers, and the first one has never learned a thing. Look at the gradients from the "
            "last layer to the first.",
            "十个 sigmoid 层，第一层从没学到任何东西。从最后一层到第一层看看梯度。",
        ),
        spec=NetworkSpec(
            dataset=Rings(), layers=(Dense(units=8, activation="sigmoid"),) * _DEEP,
            optimizer=SGD(learning_rate=0.05),
            start={f"dense_{k + 1}.bias": (7.0,) * 8 for k in range(_DEEP)},
        ),
        goal=accuracy(0.9, 3000),
        hints=(
            words("Where on its curve does each unit sit?", "每个单元落在曲线的什么位置？"),
            words("At the flat end: slopes of less than a hundredth, multiplied ten times over.",
                  "在平坦的一端：斜率不到百分之一，还要连乘十次。"),
            words("Take tanh in every layer, and a start without the biases of 7.",
                  "各层改用 tanh，起点不要那些等于 7 的偏置。"),
        ),
        explanation=words(
            "On its way back the gradient is multiplied by the slope of every layer. A sigmoid's slope is "
            "at most a quarter, at its ends almost nothing: after ten layers nothing is left. tanh has "
            "slope 1 in the middle.",
            "梯度在反向途中要乘上每一层的斜率。sigmoid 的斜率最大四分之一，两端几乎为零：十层之后什么都不剩。"
            "tanh 在中间的斜率是 1。",
        ),
        finding="saturated",
        remedy={
            "layers": [{"kind": "dense", "units": 8, "activation": "tanh"}] * _DEEP, "start": {},
        },
    ),
    Case(
        name="two_at_a_time",
        title=words("Judging by a crowd of two", "以两人论众"),
        story=words(
            "Batch norm was meant to steady it. The losses are chance, and so is the accuracy.",
            "加 batch norm 本是为了更稳，损失却全凭运气，准确率也一样。",
        ),
        spec=NetworkSpec(
            dataset=Moons(),
            layers=(Dense(units=8, activation="relu"), BatchNorm(), Dense(units=8, activation="relu"), BatchNorm()),
            initializer="he_uniform", optimizer=SGD(learning_rate=0.05), batch_size=2,
        ),
        goal=accuracy(0.95, 1000),
        hints=(
            words("Batch norm subtracts the mean of the batch. How large is the batch?",
                  "batch norm 会减去批的均值。批有多大？"),
            words("Of two samples one is above their mean and one below, always as far: a sign is all that is left.",
                  "两个样本总是一个高于均值、一个低于均值，且距离相同：只剩下正负号。"),
            words("Take a batch of 32, or layer_norm.", "把批量设为 32，或改用 layer_norm。"),
        ),
        explanation=words(
            "Batch norm estimates mean and deviation from the batch. Of two samples nothing is left but which of "
            "them is the greater; from four it is mostly noise. It wants some dozens.",
            "batch norm 用批来估计均值和标准差。两个样本时，只剩下谁大谁小；四个时多半是噪声。它需要几十个。",
        ),
        finding="batch_norm_batch",
        remedy={"batch_size": 32},
    ),
    Case(
        name="held_down",
        title=words("Held down", "被压住了"),
        story=words(
            "The loss sinks a little and then stays. The weights get thinner from step to step.",
            "损失降了一点就停住了。权重一步比一步更细。",
        ),
        spec=NetworkSpec(
            dataset=Spiral(arms=2), layers=(Dense(units=8), Dense(units=8)), regularization=Regularization(l2=1.0),
            optimizer=SGD(learning_rate=0.1),
        ),
        goal=accuracy(0.9, 5000),
        hints=(
            words("Watch the largest weight for a hundred steps.", "连续一百步盯着最大的那个权重。"),
            words("Something pulls on them that has nothing to do with the data.", "有个与数据无关的力在拉它们。"),
            words("The L2 penalty is 1: take it away, or a thousandth of it.", "L2 惩罚是 1：去掉它，或只留千分之一。"),
        ),
        explanation=words(
            "An L2 penalty pulls every weight towards zero by its own size. At 1 it is stronger than what "
            "the data have to say, and all that can be learned with weights near zero is which class is the "
            "most frequent.",
            "L2 惩罚按权重自身的大小把它拉向零。取 1 时它比数据的声音还大，权重接近零时能学到的只有哪一类最多。",
        ),
        finding="l2_too_strong",
        remedy={"regularization": {"l2": 0.0}},
    ),
)  # fmt: skip

__all__ = ["OF_TRAINING"]
