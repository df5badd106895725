"""What a target cannot say or says otherwise: each a code that is stable, and a sentence in both
languages. It stands in the first lines of the script, and is never silently changed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from .run import Run
from .words import Language

Target = Literal["numpy", "pytorch", "keras", "onnx", "ipynb", "json", "safetensors"]


@dataclass(frozen=True, slots=True)
class Note:
    """`losses`: whether printed losses differ for it; `text` has the values filled in."""

    code: str
    losses: bool
    text: dict[Language, str]


TEXTS: dict[str, tuple[bool, str, str]] = {
    "run.changed": (True,
        "This run was changed on its way, at step {steps}; the script is the run under the settings of now, from its beginning.",
        "这次训练中途改动过（第 {steps} 步）；脚本按现在的设置从头训练。"),
    "run.lost": (True,
        "The beginning of this run is not known here; the script begins with the earliest weights that are, and everything else anew.",
        "这里不知道这次训练的开头；脚本从已知的最早权重开始，其余一切重新开始。"),
    "keras.no_truncation": (True,
        "Keras does not cut the gradient within a sequence ({layers}): its losses differ.",
        "Keras 不能在序列内截断梯度（{layers}）：损失会有差异。"),
    "keras.epsilon": (False,
        "Keras' {optimizer} adds epsilon at another place: a difference in the last digits.",
        "Keras 的 {optimizer} 在另一处加 epsilon：末几位数字不同。"),
    "keras.optimizer": (True,
        "Keras has no {optimizer}; plain SGD stands in its place: its losses differ.",
        "Keras 没有 {optimizer}，以普通 SGD 代替：损失会有差异。"),
    "keras.clip": (True,
        "Keras clips by value or by norm, not by both, and penalties with it: {what}",
        "Keras 只能按值或按范数裁剪，不能两者并用，且连惩罚项一起裁剪：{what}"),
    "keras.average": (False,
        "The weights' moving average is not kept here.", "这里不保留权重的滑动平均。"),
    "keras.variance": (False,
        "Keras' batch norm keeps the batch's variance with 1/n, Glassbox with 1/(n - 1): other answers in evaluation, the same training.",
        "Keras 的批归一化用 1/n 记录方差，Glassbox 用 1/(n - 1)：评估结果不同，训练相同。"),
    "onnx.weights": (False,
        "The file holds the network with the weights of now, to be asked; it does not train.",
        "文件保存的是带有当前权重的网络，用来预测，不能训练。"),
    "onnx.inputs": (False,
        "Inputs are as the network takes them: scaled, and made into features ({features}).",
        "输入须为网络所接受的形式：已缩放，并转成特征（{features}）。"),
    "onnx.dropout": (False,
        "Dropout does nothing when the network is asked, and is left out.",
        "预测时 dropout 不起作用，故省略。"),
    "onnx.settings": (False,
        "Data, loss and optimizer are not part of the file.", "文件不含数据、损失和优化器。"),
    "import.missing": (False,
        "Not in the file, so these keep their starting weights: {names}.",
        "文件中没有，故保留初始权重：{names}。"),
    "import.unknown": (False,
        "In the file, but of no parameter here: {names}.", "文件中有、但不属于这里任何参数的：{names}。"),
    "import.no_place": (False,
        "Where in the data the run stood is not in the file or of other data: an epoch begins anew.",
        "文件中没有训练所处的位置，或数据不同：重新开始一轮。"),
    "import.no_course": (False,
        "The course of the losses is not part of a file: it begins anew at step {step}.",
        "文件不含损失曲线：从第 {step} 步重新画起。"),
    "import.as_pytorch": (False,
        "Tensors called weight were taken as PyTorch has them (outputs first), those called kernel as Keras has them.",
        "名为 weight 的张量按 PyTorch 的方式（输出在前）读取，名为 kernel 的按 Keras 的方式读取。"),
    "import.by_order": (False,
        "The tensors have no names of this network's layers; they were taken in the order of their names.",
        "张量的名字与本网络的层不符，按名字的顺序读取。"),
    "import.flatten": (False,
        "Behind flatten, rows were taken channels last, as Glassbox's own PyTorch code has them.",
        "flatten 之后的行按通道在最后的顺序读取，与 Glassbox 的 PyTorch 代码一致。"),
    "import.data_of": (False,
        "The file has no data, loss or optimizer: those of {name} were taken.",
        "文件不含数据、损失和优化器：采用了 {name} 的。"),
    "import.dropout": (False,
        "Dropout layers of the file were left out.", "文件中的 dropout 层已省略。"),
}  # fmt: skip


def note(code: str, **values: Any) -> Note:
    losses, en, zh = TEXTS[code]
    return Note(code, losses, {"en": en.format(**values), "zh": zh.format(**values)})


def notes_of(run: Run, target: Target) -> list[Note]:
    found = []
    if target in ("numpy", "pytorch", "keras", "ipynb"):
        if run.lost:
            found.append(note("run.lost"))
        if run.changed:
            found.append(
                note(
                    "run.changed",
                    steps=", ".join(map(str, run.changed[:5]))
                    + (", .." if run.changed[5:] else ""),
                )
            )
    by_target: dict[Target, Callable[[Run], list[Note]]] = {"keras": _keras, "onnx": _onnx}
    return found + by_target.get(target, lambda _: [])(run)


def _keras(run: Run) -> list[Note]:
    spec, found = run.spec, []
    optimizer: Any = spec.optimizer
    cut = [p.name for p in run.parts if getattr(p.layer, "truncate", 0)]
    if cut:
        found.append(note("keras.no_truncation", layers=", ".join(cut)))
    kind = optimizer.kind
    if kind in ("adagrad", "adamax"):
        found.append(note("keras.epsilon", optimizer=kind))
    elif kind == "lbfgs":
        found.append(note("keras.optimizer", optimizer=kind))
    clip = spec.clipping
    if (clip.value and clip.norm) or (
        (clip.value or clip.norm) and (run.penalties or run.fixed or run.partly)
    ):
        what = f"norm {clip.norm}" if clip.norm else f"value {clip.value}"
        found.append(note("keras.clip", what=what))
    if spec.average:
        found.append(note("keras.average"))
    if any(p.layer.kind == "batch_norm" and p.layer.trainable for p in run.parts):
        found.append(note("keras.variance"))
    return found


def _onnx(run: Run) -> list[Note]:
    found = [note("onnx.weights"), note("onnx.settings")]
    if run.spec.features != ("x1", "x2") and len(run.network.input_shape) == 1:
        found.append(note("onnx.inputs", features=", ".join(run.spec.features)))
    if run.drops:
        found.append(note("onnx.dropout"))
    return found


__all__ = ["Note", "Target", "note", "notes_of"]
