"""Which samples pull at an answer, held to steps that are really made; the worst and the exciting ones."""

import numpy as np
import pytest

from app.schemas.spec import SPEC
from engine import Experiment
from engine.errors import Refused
from engine.insight.influence import influence
from engine.insight.notable import exciting, worst


def trained(kind: str, steps: int = 60, **more) -> Experiment:
    spec = SPEC.validate_python({"dataset": {"kind": kind, **more}}).to_engine()
    run = Experiment(spec, dtype=np.float64, compiled=False)
    run.train(steps)
    return run


def stepped(run: Experiment, sample: int, rate: float) -> np.ndarray:
    """The weights after a step of plain SGD on one sample, in evaluation mode."""
    vector, gradient = run.trainer.vector.copy(), np.zeros_like(run.trainer.vector)
    x, t = run.trainer.inputs[sample : sample + 1], run.trainer.targets[sample : sample + 1]
    run.network.loss_and_gradient(vector, gradient, x, t)
    return vector - rate * gradient


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("spiral", {"samples": 60}), ("wine", {}), ("digits", {}), ("waveforms", {}), ("circle", {}),
        ("zen", {}), ("sine", {}), ("sines", {}),
    ],
)  # fmt: skip
def test_the_effect_is_that_of_a_step_on_that_sample(kind, more) -> None:
    run = trained(kind, **more)
    columns = run.dataset.test_inputs[:1]
    known = run.dataset.test_targets[0]
    found = influence(run, columns, known=known, most=3)
    assert found.of == "loss"
    assert found.target == (None if run.dataset.per_step else known)
    x = run.features_of(columns)
    t = run.coded(run.dataset.test_targets[:1]).astype(float)
    loss = lambda vector: run.network.loss_of(run.network.forward(vector, x)[-1], t)  # noqa: E731
    assert found.loss == pytest.approx(loss(run.trainer.vector), rel=1e-6)
    rate = 1e-6
    for pull in found.pulls:
        change = loss(stepped(run, pull.sample, rate)) - loss(stepped(run, pull.sample, -rate))
        assert pull.effect == pytest.approx(change / (2 * rate), rel=1e-3, abs=1e-7)
    assert [abs(p.effect) for p in found.pulls] == sorted(abs(p.effect) for p in found.pulls)[::-1]


def test_several_values_are_no_one_target() -> None:
    run = trained("worked_example", steps=3)
    columns = run.dataset.inputs[:1]
    found = influence(run, columns, known=run.dataset.targets[0], sample=0)
    assert (found.of, found.target, found.share) == ("loss", None, pytest.approx(1))
    with pytest.raises(Refused, match="every output has a target of its own"):
        influence(run, columns, target=0.5)


def test_of_values_it_is_the_output_that_moves() -> None:
    run = trained("sine")
    columns = run.columns_of([[0.5]])
    found = influence(run, columns)
    assert (found.of, found.target, found.loss) == ("output", None, None)
    output = lambda vector: run.network.predict(vector, run.features_of(columns))[0, 0]  # noqa: E731
    for pull in found.pulls[:3]:
        change = output(stepped(run, pull.sample, 1e-6)) - output(stepped(run, pull.sample, -1e-6))
        assert pull.effect == pytest.approx(change / 2e-6, rel=1e-3)


def test_the_gradient_is_the_samples_own_and_the_shares_are_of_the_whole() -> None:
    run = trained("spiral", samples=80)
    columns = run.dataset.inputs[3:4]
    found = influence(run, columns, sample=3, known=run.dataset.targets[3])
    loss, gradients = run.gradients([3])
    assert found.loss == pytest.approx(loss)
    for name, length in found.gradient.items():
        mine = [np.asarray(g).ravel() for key, g in gradients.items() if key.startswith(f"{name}.")]
        assert length == pytest.approx(float(np.linalg.norm(np.concatenate(mine))))
    whole = sum(run.gradients([i])[0] for i in range(run.trainer.samples))
    assert found.share == pytest.approx(loss / whole)
    # A step on the sample itself lowers its loss by the square of its gradient's length.
    itself = influence(run, columns, known=run.dataset.targets[3], most=60)
    own = next(pull for pull in itself.pulls if pull.sample == 3)
    assert own.effect == pytest.approx(-sum(v**2 for v in found.gradient.values()), rel=1e-6)


def test_another_class_may_be_asked_about() -> None:
    run = trained("spiral")
    columns = run.columns_of([[0.5, -0.5]])
    losses = [influence(run, columns, c).loss for c in range(3)]
    outputs = run.predict([[0.5, -0.5]])[0]
    assert losses == pytest.approx((-np.log(outputs)).tolist(), rel=1e-6)
    for wrong in (3, -1, 0.5):
        with pytest.raises(Refused) as error:
            influence(run, columns, wrong)
        assert error.value.place == "target"


def test_the_worst_are_those_with_the_largest_losses() -> None:
    run = trained("wine")
    found = worst(run, "test", 5)
    x, targets = run.dataset.test_inputs, run.dataset.test_targets
    outputs = run.predict_scaled(x)
    losses = -np.log(outputs[np.arange(len(x)), targets.astype(int)])
    assert [one.sample for one in found] == np.argsort(-losses)[:5].tolist()
    assert [one.loss for one in found] == pytest.approx(np.sort(losses)[::-1][:5].tolist())
    assert found[0].share == pytest.approx(losses.max() / losses.sum())
    assert found[0].answer == outputs[found[0].sample].argmax()


def test_a_unit_is_excited_most_by_what_it_gives_most_for() -> None:
    run = trained("digits", steps=5)
    first, last = exciting(run, "conv2d_1", 2, "train", 4)
    a = run.network.forward(run.trainer.vector, run.dataset.inputs)[0]["a"][..., 2].mean(
        axis=(1, 2)
    )
    assert [one.sample for one in first] == np.argsort(-a)[:4].tolist()
    assert last[0].value == pytest.approx(float(a.min()))
    for layer, unit, place in (("conv2d_9", 0, "layer"), ("conv2d_1", 99, "unit")):
        with pytest.raises(Refused) as error:
            exciting(run, layer, unit, "train")
        assert error.value.place == place
