"""A run as code prints the losses of the run; an ONNX file says what the network says."""

import io
import json
import subprocess
import sys
from contextlib import redirect_stdout
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine import Dense, Experiment, NetworkSpec
from engine.activations import ACTIVATIONS
from engine.datasets.plane import Drawn
from engine.errors import Refused
from engine.exporting import code_of, notebook_of, notes_of, onnx_file, run_of
from engine.exporting.foreign import of_chain, of_state_dict
from engine.exporting.onnx_layers import chain_of
from engine.exporting.onnx_reader import read_graph
from engine.exporting.whole import arrays_of, put_weights, put_whole
from engine.losses import LOSSES
from engine.presets import PRESETS
from engine.rewinding import Beginning
from engine.schedules import Plateau
from engine.surgery import Surgery

from ..parity.cases import Case
from ..parity.tables import (
    OPTIMIZER_CASES,
    OPTIMIZER_STEPS,
    SCHEDULE_CASES,
    layer_cases,
    weight_cases,
)
from .kinds import CARE, OF_LAYER, OF_LOSS, UNEVEN

TWO: dict[str, Any] = {"layers": (Dense(units=5), Dense(units=4, activation="relu"))}
LONG = 100
# Fewer updates where they cost much; in float32 also where Adam on weights whose gradient is all but 0 parts by
# rounding alone: those are compared over LONG in float64.
UPDATES = {
    "mnist_cnn": 3, "shapes_cnn": 10, "digits_cnn": 25, "char_lstm": 3, "waveforms_rnn": 25,
    "vanishing_gradient_lstm": 20, "vanishing_gradient_rnn": 50, "edge_detector": 50,
}  # fmt: skip
# L-BFGS at this rate throws itself about in the end, and magnifies the last digit by millions.
LONG_OF = {"mnist_cnn": 3, "shapes_cnn": 30, "digits_cnn": 50, "char_lstm": 10, "lbfgs 0": 50}


def with_surgery(kind: str) -> dict[str, Any]:
    units = Experiment(NetworkSpec(**OF_LAYER[kind])).network.units
    names = [name for name, count in units.items() if count]
    return {
        **OF_LAYER[kind], **CARE,
        "surgery": Surgery(off={names[0]: (0, 2)}, frozen={names[-1]: (1,)}),
    }  # fmt: skip


def cases() -> dict[str, dict[str, Any]]:
    """By name, what is left out is usual: every layer, loss, optimizer, schedule and care."""
    found = {f"layer {kind}": {**spec, "batch_size": 7} for kind, spec in OF_LAYER.items()}
    found |= {f"loss {kind}": spec for kind, spec in OF_LOSS.items()}
    found |= {
        f"activation {f}": {"layers": (Dense(units=5, activation=f), Dense(units=3))}
        for f in ACTIVATIONS
    }
    for kind, optimizers in OPTIMIZER_CASES.items():
        found |= {f"{kind} {i}": {**TWO, "optimizer": o} for i, o in enumerate(optimizers)}
    for kind, schedules in SCHEDULE_CASES.items():
        found |= {
            f"schedule {kind} {i}": {**TWO, "schedule": s, "batch_size": 100}
            for i, s in enumerate(schedules)
        }
    found |= {f"care {kind}": {**OF_LAYER[kind], **CARE} for kind in ("dense", "gru", "batch_norm")}
    found |= {f"surgery {kind}": with_surgery(kind) for kind in ("dense", "lstm", "conv2d")}
    found["held"] = {
        "layers": (Dense(units=5, trainable_bias=False), Dense(units=4, trainable=False), Dense(units=3))
    }  # fmt: skip
    for name in LOSSES:
        one = name in ("binary_cross_entropy", "hinge")
        points = Drawn(points=UNEVEN[:72] if one else UNEVEN, test_fraction=0.0)
        data = {**TWO, "dataset": points, "batch_size": 5}
        data = OF_LAYER["embedding"] if name == "sequence_cross_entropy" else data
        found[f"weights {name}"] = {**data, "loss": name, "class_weight": "balanced"}
    found["weights care"] = {**found["weights focal"], **CARE}
    # A last batch of one: 76 points in batches of 5.
    normed = OF_LAYER["batch_norm"]["layers"]
    found["joined"] = {**found["weights cross_entropy"], "layers": normed, "class_weight": "none"}
    found["joined weights"] = {
        **found["weights mse"],
        "layers": normed,
        "schedule": Plateau(patience=0),
    }
    return found


CASES = cases()


def printed(text: str) -> list[float]:
    """The losses that a script prints."""
    out = io.StringIO()
    with redirect_stdout(out), np.errstate(over="ignore"):
        exec(compile(text, "script", "exec"), {"__name__": "script"})
    return [float(line.split()[1]) for line in out.getvalue().splitlines()]


def compare(spec: NetworkSpec, updates: int, language: Any = "en") -> None:
    experiment = Experiment(spec)
    text = code_of(run_of(experiment, updates), "numpy", language, "run")
    assert notes_of(run_of(experiment), "numpy") == []
    losses = experiment.train(updates)
    assert len(losses) == updates
    np.testing.assert_allclose(printed(text), losses, rtol=0, atol=1e-5)


def doubled(spec: NetworkSpec) -> Experiment:
    """In float64, from the float32 numbers that a script has."""
    experiment = Experiment(spec, dtype=np.float64, compiled=False)
    trainer = experiment.trainer
    for array in (trainer.inputs, trainer.targets, trainer.vector):
        array[...] = array.astype(np.float32)
    return experiment


def compare_double(spec: NetworkSpec, updates: int = LONG) -> None:
    """The same script in float64, where rounding parts nothing: it is the run, not only near it."""
    experiment = doubled(spec)
    text = code_of(run_of(experiment, updates), "numpy", "en", "run")
    losses = experiment.train(updates)
    assert len(losses) == updates
    found = printed(text.replace("float32", "float64"))
    np.testing.assert_allclose(found, losses, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", CASES)
def test_numpy_prints_the_losses(name: str) -> None:
    updates = OPTIMIZER_STEPS.get(name.split(maxsplit=1)[0], 30)
    compare(NetworkSpec(**CASES[name]), updates, "zh" if "loss" in name else "en")
    compare_double(NetworkSpec(**CASES[name]), LONG_OF.get(name, LONG))


@pytest.mark.parametrize("name", PRESETS)
def test_numpy_prints_the_losses_of_the_presets(name: str) -> None:
    compare(PRESETS[name].spec, UPDATES.get(name, LONG))
    if name in UPDATES:
        compare_double(PRESETS[name].spec, LONG_OF.get(name, LONG))


def drawn(seed: int) -> NetworkSpec:
    """A network with a layer, an optimizer, a schedule and care of some kind."""
    rng = np.random.default_rng(seed)
    kinds = [*OF_LAYER]
    spec = dict(OF_LAYER[kinds[seed % len(kinds)]])
    optimizers = [k for k in OPTIMIZER_CASES if k not in OPTIMIZER_STEPS]
    kind = optimizers[rng.integers(len(optimizers))]
    schedules = [*SCHEDULE_CASES]
    spec["optimizer"] = OPTIMIZER_CASES[kind][-1]
    spec["schedule"] = SCHEDULE_CASES[schedules[rng.integers(len(schedules))]][0]
    spec |= CARE if rng.integers(2) else {}
    return NetworkSpec(**spec, batch_size=int(rng.integers(1, 20)), seed=int(rng.integers(1000)))


@pytest.mark.parametrize("seed", range(20))
def test_numpy_prints_the_losses_of_drawn_networks(seed: int) -> None:
    compare(drawn(seed), 30)
    compare_double(drawn(seed))


def test_a_script_stands_alone(tmp_path) -> None:
    experiment = Experiment(NetworkSpec())
    file = tmp_path / "spiral.py"
    text = code_of(run_of(experiment, 20), "numpy", "zh", "spiral")
    file.write_text(text, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-I", "-W", "error", str(file)], capture_output=True, text=True, timeout=60, check=True
    )  # fmt: skip
    found = [float(line.split()[1]) for line in ran.stdout.splitlines()]
    np.testing.assert_allclose(found, experiment.train(20), atol=1e-5)
    code = text.split("DATA =")[0]
    assert len(code.splitlines()) < 150
    assert max(map(len, code.splitlines())) <= 120


def test_a_script_begins_where_the_run_began_and_says_what_was_changed() -> None:
    from dataclasses import replace

    experiment = Experiment(NetworkSpec())
    experiment.set_weights(
        {"output.bias": [0.5, 0.0, -0.5]}
    )  # before the first step: no change of a run
    start = experiment.trainer.vector.copy()
    first = experiment.train(30)
    run = run_of(experiment, 30)
    assert notes_of(run, "numpy") == []
    assert np.array_equal(np.concatenate([a.ravel() for a in run.start.values()]), start)
    np.testing.assert_allclose(printed(code_of(run, "numpy", "en", "run")), first, atol=1e-5)
    experiment.patch(replace(experiment.spec, batch_size=20))
    text = code_of(run_of(experiment), "numpy", "en", "run")
    assert "changed on its way, at step 30" in text.split('"""')[1].replace("\n  ", " ")


def test_a_notebook_is_one_and_its_cells_run() -> None:
    experiment = Experiment(NetworkSpec())
    whole = json.loads(json.dumps(notebook_of(run_of(experiment, 10), "en", "spiral")))
    assert (whole["nbformat"], whole["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in whole["cells"]}) == len(whole["cells"])
    code = ["".join(c["source"]) for c in whole["cells"] if c["cell_type"] == "code"]
    assert code[-1].startswith("import matplotlib")
    assert len(printed("\n".join(code[:-1]))) == 10


def test_pytorch_and_keras_are_written_for_every_case() -> None:
    """That they print the same is held to where both are installed (`make parity`)."""
    for name, spec in CASES.items():
        run = run_of(Experiment(NetworkSpec(**spec)), 5)
        for target in ("pytorch", "keras"):
            compile(code_of(run, target, "zh", name), name, "exec")


ASKED = {
    n: s for n, s in CASES.items() if n.split()[0] in ("layer", "loss", "activation", "surgery")
}


@pytest.mark.parametrize("name", [*ASKED, *PRESETS])
def test_onnx_says_the_same_and_comes_back(name: str) -> None:
    import onnx
    import onnxruntime

    spec = PRESETS[name].spec if name in PRESETS else NetworkSpec(**ASKED[name])
    experiment = Experiment(spec)
    experiment.train(3)
    file = onnx_file(experiment)
    onnx.checker.check_model(file, full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 3, 1
    session = onnxruntime.InferenceSession(file, options)
    x = experiment.trainer.inputs[:5]
    tokens = bool(experiment.dataset.vocabulary)
    found = session.run(None, {"inputs": x.astype(np.int64) if tokens else x})[0]
    mine = experiment.network.predict(experiment.trainer.vector, x)
    np.testing.assert_allclose(found, mine, rtol=0, atol=1e-5)
    other = Experiment(spec)
    assert put_weights(other, of_chain(other.network, chain_of(read_graph(file)))) == []
    np.testing.assert_allclose(other.network.predict(other.trainer.vector, x), mine, atol=1e-6)


@pytest.mark.parametrize("name", ["layer batch_norm", "layer lstm", "lbfgs 0", "schedule plateau 0", "care gru", "joined weights"])  # fmt: skip
def test_a_network_that_was_kept_whole_goes_on_to_the_bit(name: str) -> None:
    spec = NetworkSpec(**CASES[name])
    one, other = Experiment(spec), Experiment(spec)
    one.train(17)
    assert put_whole(other, arrays_of(one), one.step) == []
    assert other.step == 17
    assert np.array_equal(one.train(20), other.train(20))


def test_an_onnx_file_with_anything_changed_is_read_or_refused() -> None:
    file = onnx_file(Experiment(NetworkSpec(**OF_LAYER["conv2d"])))
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(400):
        spoiled = bytearray(file)
        for _ in range(rng.integers(1, 4)):
            spoiled[rng.integers(len(file))] = rng.integers(256)
        try:
            chain_of(read_graph(bytes(spoiled[: rng.integers(len(file) // 2, len(file) + 1)])))
        except Refused:
            refused += 1
    assert refused > 200


def test_every_loss_and_layer_is_among_the_cases() -> None:
    assert {f"loss {name}" for name in LOSSES} <= CASES.keys()


def run_of_case(case: Case) -> tuple[Any, Any]:
    """A run of arrays instead of a dataset, and what trains it: the small networks that PyTorch is compared on."""
    trainer = case.trainer(np.float32, compiled=True)
    spec = SimpleNamespace(
        dataset=SimpleNamespace(kind="case"), loss=case.loss, optimizer=case.optimizer, seed=case.seed,
        schedule=case.schedule, average=0.0, regularization=SimpleNamespace(l1=case.l1, l2=case.l2),
        clipping=SimpleNamespace(value=0.0, norm=0.0),
    )  # fmt: skip
    vector = trainer.vector.copy()
    of: Any = SimpleNamespace(
        network=trainer.network, trainer=trainer, spec=spec,
        beginning=lambda: Beginning(vector, case.seed, (), False),
    )  # fmt: skip
    return run_of(of, 12), trainer


@pytest.mark.parametrize("case", [*layer_cases(1), *weight_cases(1)], ids=lambda case: case.name)
def test_numpy_prints_the_losses_of_every_setting_of_a_layer(case: Case) -> None:
    run, trainer = run_of_case(case)
    losses = printed(code_of(run, "numpy", "en", case.name))
    np.testing.assert_allclose(losses, trainer.train(12), rtol=1e-6, atol=1e-5)


def test_a_state_dict_of_keras_is_told_apart_by_its_cells_and_directions() -> None:
    """Names and order of gates as Keras 3 gives them; `make parity` asks Keras itself."""
    experiment = Experiment(NetworkSpec(**OF_LAYER["gru"]))
    named = experiment.network.layout.views(experiment.trainer.vector)

    def turned(array: Any) -> Any:
        reset, update, new = np.split(array, 3, -1)
        return np.concatenate([update, reset, new], -1)

    tensors = {"output/kernel": named["output.weight"], "output/bias": named["output.bias"]}
    for way, name in (("", "forward_gru_1"), ("backward_", "backward_gru_1")):
        here, mine = f"gru_1/{name}/gru_cell/", f"gru_1.{way}"
        tensors[here + "kernel"] = turned(named[mine + "weight"])
        tensors[here + "recurrent_kernel"] = turned(named[mine + "recurrent_weight"])
        biases = (named[mine + "bias"], named[mine + "recurrent_bias"])
        tensors[here + "bias"] = np.stack([turned(bias) for bias in biases])
    other = Experiment(NetworkSpec(**{**OF_LAYER["gru"], "seed": 5}))
    weights, notes = of_state_dict(other.network, tensors)
    assert [note.code for note in notes] == ["import.as_pytorch"]
    assert put_weights(other, weights) == []
    assert np.array_equal(other.trainer.vector, experiment.trainer.vector)
