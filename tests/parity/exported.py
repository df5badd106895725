"""`make parity`, second part: the scripts for PyTorch and Keras 3 print what the engine finds.

python -m tests.parity.exported [pytorch | keras] [words of a case's name]

Each as it is, in float32, and over a hundred updates in float64, where rounding parts nothing.

Keras runs on PyTorch. A case of which a target says that its losses differ is written and run, not compared.
"""

import io
import os
import sys
from contextlib import redirect_stdout
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy as np

from engine import Experiment, NetworkSpec
from engine.exporting import code_of, notes_of, run_of
from engine.exporting.foreign import of_state_dict
from engine.exporting.whole import put_weights
from engine.presets import PRESETS

from ..engine.kinds import OF_LAYER
from ..engine.test_exporting import CASES, LONG, LONG_OF, doubled, run_of_case
from .tables import OPTIMIZER_STEPS, layer_cases, weight_cases

LIMIT = 1e-5
# Adam on weights whose gradient is all but 0 parts by the rounding of float32 alone.
FEWER = {"digits_cnn": 20, "mnist_cnn": 3, "shapes_cnn": 8, "waveforms_rnn": 20, "char_lstm": 3,
         "vanishing_gradient_lstm": 10, "vanishing_gradient_rnn": 20, "price_lstm": 30}  # fmt: skip


def printed(text: str) -> list[float]:
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(text, "script", "exec"), {"__name__": "script"})
    return [float(line.split()[1]) for line in out.getvalue().splitlines()]


# The same script in float64.
DOUBLE = {
    "pytorch": ("import torch\n", "import torch\n\ntorch.set_default_dtype(torch.float64)\n"),
    "keras": ("import keras\n", 'import keras\n\nkeras.config.set_floatx("float64")\n'),
}
COSTLIER = {"shapes_cnn": 10, "char_lstm": 3}


def double_gap(name: str, spec: NetworkSpec, target: Any) -> float:
    experiment, updates = doubled(spec), COSTLIER.get(name, LONG_OF.get(name, LONG))
    text = code_of(run_of(experiment, updates), target, "en", name)
    before, after = DOUBLE[target]
    assert before in text
    double = text.replace(before, after, 1).replace("float32", "float64")
    found = printed(double)
    # What it has set is of the whole process.
    exec(after.replace("float64", "float32"), {})
    losses = experiment.train(updates)
    return float((np.abs(np.array(found) - losses) / np.maximum(1, np.abs(losses))).max())


def returned(target: Any) -> int:
    """Of every kind of layer the library's own weights, by its own names, come back as they went; how many
    did not."""
    failed = 0
    for name, spec in OF_LAYER.items():
        experiment = Experiment(NetworkSpec(**spec))
        space: dict[str, Any] = {"__name__": "script"}
        with redirect_stdout(io.StringIO()):
            exec(code_of(run_of(experiment, 1), target, "en", name), space)
        if target == "pytorch":
            model = space["Net"]()
            space["load"](model, space["arrays"]())
            tensors = {
                n: tensor.detach().numpy().copy() for n, tensor in model.state_dict().items()
            }
        else:
            model = space["network"]()
            space["load"](model, space["arrays"]())
            tensors = {v.path: np.array(v.numpy()) for v in model.weights}
        other = Experiment(NetworkSpec(**{**spec, "seed": 5}))
        weights, _ = of_state_dict(other.network, tensors)
        lacking = put_weights(other, weights)
        if lacking or not np.array_equal(other.trainer.vector, experiment.trainer.vector):
            failed += 1
            print(f"{target}, {name}: the state_dict does not come back")
    return failed


def main(targets: list[Any], wanted: str) -> int:
    import torch

    torch.set_num_threads(1)
    specs = {
        **{n: NetworkSpec(**s) for n, s in CASES.items()},
        **{n: p.spec for n, p in PRESETS.items()},
    }
    over = 0
    for target in targets:
        worst, long, count, excused = (0.0, "nothing"), (0.0, "nothing"), 0, 0
        for name, spec in specs.items():
            if wanted not in name:
                continue
            updates = FEWER.get(
                name, OPTIMIZER_STEPS.get(name.split()[0], 100 if name in PRESETS else 50)
            )
            experiment = Experiment(spec)
            run = run_of(experiment, updates)
            found = printed(code_of(run, target, "en", name))
            count += 1
            if any(note.losses for note in notes_of(run, target)):
                excused += 1
                continue
            gap = float(np.abs(np.array(found) - experiment.train(updates)).max())
            worst = max(worst, (gap, name))
            # Keras keeps a rate in float32 anyway, which is enough to part these.
            close = target == "keras" and name in FEWER
            twice = 0.0 if close else double_gap(name, spec, target)
            long = max(long, (twice, name))
            for found_gap, how in ((gap, ""), (twice, " in float64")):
                if not found_gap < LIMIT:
                    over += 1
                    print(f"{target}, {name}: {found_gap:.1e}{how} OVER")
        for case in (*layer_cases(1), *weight_cases(1)):
            if wanted not in case.name:
                continue
            run, trainer = run_of_case(case)
            found = printed(code_of(run, target, "en", case.name))
            count += 1
            if any(note.losses for note in notes_of(run, target)):
                excused += 1
                continue
            gap = float(np.abs(np.array(found) - trainer.train(run.updates)).max())
            worst = max(worst, (gap, case.name))
            if not gap < LIMIT:
                over += 1
                print(f"{target}, {case.name}: {gap:.1e} OVER")
        over += returned(target)
        print(f"{target}: {count} scripts run, {excused} said to differ; the worst difference {worst[0]:.1e} ({worst[1]}), over a hundred updates in float64 {long[0]:.1e} ({long[1]})")  # fmt: skip
    return 1 if over else 0


if __name__ == "__main__":
    chosen = [a for a in sys.argv[1:] if a in ("pytorch", "keras")]
    words = " ".join(a for a in sys.argv[1:] if a not in chosen)
    sys.exit(main(chosen or ["pytorch", "keras"], words))
