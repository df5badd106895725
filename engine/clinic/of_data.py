"""Cases whose fault is in the data, or in what the network may make of them."""

from ..datasets.curve import Absolute
from ..datasets.known_tables import Wine
from ..datasets.plane import Blobs, Moons, Spiral
from ..layers import Dense
from ..optimizers import SGD, Adam
from ..spec import NetworkSpec, OutputSpec
from .base import Case, Condition, Goal, accuracy, words

OF_DATA = (
    Case(
        name="by_heart",
        title=words("Known by heart", "死记硬背"),
        story=words(
            "On the training samples it is nearly perfect, given time; on the test samples it guesses. Look "
            "at the points themselves.",
            "给足时间，它在训练样本上近乎完美；在测试样本上却全靠猜。看看那些点本身。",
        ),
        spec=NetworkSpec(
            dataset=Blobs(samples=200, fault="shuffled_labels"), layers=(Dense(units=24), Dense(units=24)),
            optimizer=Adam(learning_rate=0.01),
        ),
        goal=accuracy(0.9, 600, free=("dataset.fault",)),
        hints=(
            words("Look at a point and at its neighbours: do they have its colour?", "看一个点和它的邻居：颜色一样吗？"),
            words("The clouds are plain to see, the colours in them are mixed at random.",
                  "几团云清清楚楚，里面的颜色却随机混杂。"),
            words("The labels are shuffled: put them right (the diagnosis offers it).",
                  "标签被打乱了：恢复正确的标签（诊断里有这一项）。"),
        ),
        explanation=words(
            "A network with enough weights learns even random labels by heart (Zhang et al. 2017). What it "
            "then knows of other samples is nothing: there was nothing to understand.",
            "权重足够多的网络连随机标签也能背下来（Zhang et al. 2017）。但它对其他样本一无所知：本来就没有可理解的东西。",
        ),
        finding="shuffled_labels",
        remedy={"dataset": {"fault": "none"}},
    ),
    Case(
        name="too_good",
        title=words("Too good to be true", "好得不真实"),
        story=words(
            "Moons so noisy that they overlap, and the test accuracy is as good as that of the training. "
            "What would it be on samples that it has never seen?",
            "噪声大得两弯月牙都重叠了，测试准确率却和训练时一样好。换成它从没见过的样本会怎样？",
        ),
        spec=NetworkSpec(
            dataset=Moons(samples=120, noise=0.5, fault="leaked_test"), layers=(Dense(units=32), Dense(units=32)),
            optimizer=Adam(learning_rate=0.01),
        ),
        goal=Goal(
            conditions=(
                Condition(metric="leaked", at_most=0.0), Condition(metric="test_accuracy", at_least=0.7),
            ),
            steps=2000,
            free=("dataset.fault",),
        ),
        hints=(
            words("Where do the test points lie on the plane?", "测试点在平面上的什么位置？"),
            words("Each lies exactly on a training point.", "每一个都正好压在某个训练点上。"),
            words("Take test samples of their own (the diagnosis offers it).", "使用独立的测试样本（诊断里有这一项）。"),
        ),
        explanation=words(
            "A test tells something only about samples that had no part in the training. Here they were "
            "copies of training samples, which it knew by heart; the honest accuracy is a quarter lower, and it is "
            "the true one.",
            "只有没参与训练的样本，测试才说明问题。这里的测试样本是它背下来的训练样本的副本；诚实的准确率低四分之一，但那才是真的。",
        ),
        finding="leak",
        remedy={"dataset": {"fault": "none"}},
    ),
    Case(
        name="one_loud_voice",
        title=words("One loud voice", "一个大嗓门"),
        story=words(
            "Thirteen figures of a wine, and the network listens to one of them only. The loss jumps about.",
            "一款酒有十三项指标，网络却只听其中一项。损失跳个不停。",
        ),
        spec=NetworkSpec(
            dataset=Wine(fault="unscaled"), layers=(Dense(units=8),), optimizer=SGD(learning_rate=0.05)
        ),
        goal=accuracy(0.93, 800, free=("dataset.fault",)),
        hints=(
            words("Compare the numbers in the thirteen columns, as the network is given them.",
                  "比较网络拿到的十三列数字。"),
            words("One column is a thousand times as large as the others.", "有一列比其他列大一千倍。"),
            words("Scale it (the diagnosis offers it), or put batch_norm in front, with a batch of 32.",
                  "把它缩放回来（诊断里有这一项），或在最前面加 batch_norm 并用批量 32。"),
        ),
        explanation=words(
            "The gradient of a weight is the error times its input: a thousand times the input is a thousand "
            "times the gradient, and a million times the curvature. No learning rate suits both it and the "
            "rest.",
            "权重的梯度等于误差乘以输入：输入大一千倍，梯度就大一千倍，曲率大一百万倍。没有一个学习率能同时适合它和其他权重。",
        ),
        finding="unscaled",
        remedy={"dataset": {"fault": "none"}},
    ),
    Case(
        name="through_zero",
        title=words("Nailed to zero", "钉在零点"),
        story=words(
            "A curve shaped like a V, and the network draws a line through the origin. Its prediction is "
            "wrong by the same amount on both sides.",
            "一条 V 形曲线，网络却只画出一条穿过原点的线，两边的误差一样大。",
        ),
        spec=NetworkSpec(
            dataset=Absolute(), layers=(Dense(units=8, trainable_bias=False),), loss="mse",
            optimizer=Adam(learning_rate=0.01), output=OutputSpec(trainable_bias=False), batch_size=20,
        ),
        goal=Goal(conditions=(Condition(metric="test_r2", at_least=0.9),), steps=1500),
        hints=(
            words("What does the network answer at x = 0, whatever its weights?", "不论权重如何，网络在 x = 0 处的回答是什么？"),
            words("Zero, for tanh(0) is 0 and nothing is added. Something to add is missing.",
                  "是零，因为 tanh(0) = 0，又没有别的可加。缺了一个可以加上去的东西。"),
            words("The biases are held at zero: let them be trained.", "偏置被固定在零：让它们参与训练。"),
        ),
        explanation=words(
            "Without biases a tanh network is an odd function: f(−x) = −f(x). A V is even, so the best it "
            "can do is nothing. A bias shifts each bend to where it is needed.",
            "没有偏置的 tanh 网络是奇函数：f(−x) = −f(x)。而 V 形是偶函数，它最多只能什么都不做。偏置把每个弯移到需要的地方。",
        ),
        finding="no_bias",
        remedy={
            "layers": [{"kind": "dense", "units": 8, "trainable_bias": True}], "output": {"trainable_bias": True},
        },
    ),
    Case(
        name="a_dozen_points",
        title=words("A dozen points", "十几个点"),
        story=words(
            "It knows every training sample and misses many of the test. More than a thousand weights have "
            "very little to go by.",
            "训练样本它全会，测试样本却错了许多。一千多个权重，可依据的东西太少。",
        ),
        spec=NetworkSpec(
            dataset=Spiral(samples=40, test_fraction=0.6), layers=(Dense(units=32), Dense(units=32)),
            optimizer=Adam(learning_rate=0.01),
        ),
        goal=accuracy(0.9, 1500, free=("dataset.samples",)),
        hints=(
            words("How many points are there, and how many weights?", "有多少个点，多少个权重？"),
            words("Between the points there is room for any boundary at all.", "点与点之间，什么样的边界都画得下。"),
            words("Get more samples: four hundred will do.", "增加样本：四百个就够。"),
        ),
        explanation=words(
            "Sixteen points of three arms leave open how the arms run between them. No setting of the network "
            "knows that; more samples show it.",
            "三条旋臂上的十六个点，没有说明旋臂在点与点之间怎样走。网络的任何设置都不知道这一点；更多的样本会告诉它。",
        ),
        finding="too_little_data",
        remedy={"dataset": {"samples": 400}},
        shown=1500,
    ),
)  # fmt: skip

__all__ = ["OF_DATA"]
