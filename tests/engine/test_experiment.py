"""Specs brought to life: presets learn, changes lose nothing, state comes back."""

from dataclasses import replace

import numpy as np
import pytest

from engine import SGD, Adam, Dense, Experiment, NetworkSpec, OutputSpec
from engine.datasets import DATASETS, Own, parse_csv
from engine.datasets.curve import Sine
from engine.datasets.plane import Circle, Drawn, Slope, Spiral, Xor
from engine.errors import Refused
from engine.history import MAX_POINTS, Course, bins
from engine.presets import PRESETS
from engine.suits import suiting

from ..data import FILLED


def test_the_default_learns_the_spiral() -> None:
    run = Experiment()
    run.train(6000)
    assert run.measure().metrics["test_accuracy"] >= 0.95


@pytest.mark.parametrize("name", ["xor", "circle", "spiral", "article_bp"])
def test_presets_learn(name: str) -> None:
    run = Experiment(PRESETS[name].spec)
    before = run.measure().loss
    run.train(5000)
    after = run.measure()
    assert after.loss < 0.5 * before
    assert after.metrics["test_accuracy"] > 0.9


def test_the_articles_linear_unit_finds_weights_1_2_3_and_bias_2() -> None:
    run = Experiment(PRESETS["article_linear"].spec)
    run.train(1000)
    views = run.network.layout.views(run.trainer.vector)
    np.testing.assert_allclose(views["output.weight"][:, 0], [1, 2, 3], atol=1e-3)
    np.testing.assert_allclose(views["output.bias"], [2], atol=1e-3)


def test_the_articles_pairs_give_twice_as_much() -> None:
    run = Experiment(PRESETS["article_pairs"].spec)
    run.train(1000)
    np.testing.assert_allclose(run.predict([[1.0], [2.0], [10.0]])[:, 0], [2, 4, 20], rtol=0.02)


def test_the_articles_bp_network_is_the_one_it_describes() -> None:
    spec = PRESETS["article_bp"].spec
    assert [layer.activation for layer in spec.layers] == ["sigmoid"]
    assert Experiment(spec).network.output.activation == "softmax"
    assert spec.batch_size == 1


@pytest.mark.parametrize("kind", [*FILLED, "own_text"])
def test_every_dataset_can_be_trained_on_with_what_suits_it(kind: str) -> None:
    text = {"text": "so much depends upon a red wheel barrow " * 9} if kind == "own_text" else {}
    dataset = DATASETS[kind](**text)  # type: ignore[call-arg]
    parts = {"optimizer": Adam(learning_rate=0.01), **suiting(dataset)}
    run = Experiment(NetworkSpec(dataset=dataset, **parts))
    before = run.measure().loss
    run.train(60 if dataset.view in ("image", "sequence", "text") else 1500)
    after = run.measure()
    assert after.loss is not None
    assert after.loss < before
    assert len(after.metrics) == (2 if "r2" in after.metrics else 4)


@pytest.mark.parametrize(
    ("loss", "units", "low", "high"),
    [
        ("binary_cross_entropy", 1, 0, 1),
        ("hinge", 1, -1, 1),
        ("mse", 2, 0, 1),
        ("cross_entropy", 2, 0, 1),
    ],
)
def test_outputs_and_targets_follow_from_data_and_loss(
    loss: str, units: int, low: float, high: float
) -> None:
    run = Experiment(NetworkSpec(dataset=Circle(), loss=loss))
    assert run.network.shapes[-1] == (units,)
    assert (run.trainer.targets.min(), run.trainer.targets.max()) == (low, high)


@pytest.mark.parametrize(
    ("spec", "place"),
    [
        (NetworkSpec(dataset=Slope()), "loss"),
        (
            NetworkSpec(dataset=Slope(), loss="mse", output=OutputSpec(activation="softmax")),
            "output.activation",
        ),
        (NetworkSpec(output=OutputSpec(activation="tanh")), "output.activation"),
        (NetworkSpec(layers=(Dense(units=512),) * 12), "layers"),
        (NetworkSpec(dataset=Own(id="x")), "dataset.id"),
    ],
)
def test_what_cannot_be_names_its_field(spec: NetworkSpec, place: str) -> None:
    with pytest.raises(Refused) as caught:
        Experiment(spec)
    assert caught.value.place == place


def test_changing_settings_keeps_the_weights() -> None:
    run = Experiment()
    run.train(500)
    before = run.trainer.vector.copy()
    for change in (
        {"optimizer": Adam(learning_rate=0.01)}, {"batch_size": 32}, {"dataset": Spiral(noise=0.3)},
        {"initializer": "he_normal"}, {"loss": "mse"}, {"seed": 9},
    ):  # fmt: skip
        run.patch(replace(run.spec, **change))
        np.testing.assert_array_equal(run.trainer.vector, before)
    assert run.step == 500
    run.train(10)


def test_a_change_that_cannot_be_leaves_everything_as_it_was() -> None:
    run = Experiment()
    run.train(100)
    before = (run.spec, run.revision, run.trainer.vector.copy())
    with pytest.raises(Refused):
        run.patch(replace(run.spec, dataset=Slope()))
    assert (run.spec, run.revision) == before[:2]
    np.testing.assert_array_equal(run.trainer.vector, before[2])


def test_points_drawn_while_it_trains_are_learned() -> None:
    run = Experiment(NetworkSpec(dataset=Drawn()))
    with pytest.raises(ValueError, match="no training samples"):
        run.train(1)
    points = tuple((x, 0.0, float(x > 0)) for x in np.linspace(-2, 2, 20))
    run.patch(replace(run.spec, dataset=Drawn(points=points)))
    run.train(2000)
    assert run.measure().metrics["accuracy"] == 1


def test_features_are_made_for_predictions() -> None:
    run = Experiment(
        NetworkSpec(features=("x1_squared", "x2_squared"), dataset=Circle(), layers=())
    )
    run.train(3000)
    assert run.measure().metrics["test_accuracy"] > 0.95
    assert run.predict([[0.1, 0.1], [2.2, 0.0]]).argmax(axis=1).tolist() == [0, 1]


def test_state_comes_back_bit_for_bit_history_too() -> None:
    spec = NetworkSpec(optimizer=Adam(), batch_size=7)
    run = Experiment(spec)
    run.train(321)
    run.measured()
    kept, course = run.state(), run.course()
    first = run.train(100)
    other = Experiment(spec)
    other.load_state(kept)
    assert other.step == 321
    assert other.course() == course
    np.testing.assert_array_equal(other.train(100), first)


def test_state_of_another_spec_is_refused() -> None:
    kept = Experiment().state()
    with pytest.raises(ValueError, match="another network"):
        Experiment(NetworkSpec(layers=(Dense(units=3),))).load_state(kept)


def test_the_same_seed_resets_to_the_same_run() -> None:
    run = Experiment()
    first = run.train(50)
    run.reset()
    np.testing.assert_array_equal(run.train(50), first)
    run.reset(7)
    assert not np.array_equal(run.train(50), first)


def test_looking_does_not_touch_training() -> None:
    watched, alone = Experiment(), Experiment()
    watched.train(50)
    alone.train(50)
    watched.boundary(20)
    watched.activations([[0.0, 1.0]])
    watched.gradients([0, 1])
    watched.measure()
    watched.confusion()
    np.testing.assert_array_equal(watched.train(50), alone.train(50))


def test_the_gradient_of_all_samples_is_the_one_a_full_batch_uses() -> None:
    run = Experiment(NetworkSpec(batch_size=1000, optimizer=SGD(learning_rate=0.1)))
    loss, gradient = run.gradients(None)
    before = run.trainer.vector.copy()
    losses = run.train(1)
    assert losses[0] == pytest.approx(loss, rel=1e-5)
    flat = np.concatenate([g.ravel() for g in gradient.values()])
    np.testing.assert_allclose(before - 0.1 * flat, run.trainer.vector, atol=1e-6)
    with pytest.raises(ValueError, match="numbered 0 to 299"):
        run.gradients([300])


def test_a_boundary_is_the_prediction_on_a_grid() -> None:
    run = Experiment()
    found = run.boundary(5)
    point = [found["x"][3], found["y"][1]]
    np.testing.assert_allclose(found["outputs"][1, 3], run.predict([point])[0], rtol=1e-6)
    curve = Experiment(NetworkSpec(dataset=Sine(), loss="mse")).boundary(9)
    assert curve["outputs"].shape == (9, 1)


def test_own_tables_are_trained_on() -> None:
    rng = np.random.default_rng(0)
    rows = [(a, b, c, "yes" if a + b > 0 else "no") for a, b, c in rng.normal(0, 10, (120, 3))]
    table = parse_csv("\n".join(",".join(map(str, row)) for row in rows))
    run = Experiment(NetworkSpec(dataset=Own(id="mine")), tables={"mine": table})
    run.train(2000)
    assert run.measure().metrics["test_accuracy"] > 0.9
    assert run.predict([[30.0, 30.0, 0.0]]).argmax() == table.class_names.index("yes")
    assert run.boundary(7)["outputs"].shape == (7, 7, 2)


def test_predict_refuses_rows_that_do_not_fit() -> None:
    run = Experiment()
    for rows in ([[1.0]], [1.0, 2.0], [[1.0, 2.0], [1.0]]):
        with pytest.raises(ValueError, match="rows of 2 numbers"):
            run.predict(rows)


def test_confusion_counts_every_sample() -> None:
    run = Experiment(NetworkSpec(dataset=Xor(samples=80), loss="hinge"))
    found = run.confusion()
    assert found is not None
    assert np.sum(found["train"]) + np.sum(found["test"]) == 80
    assert Experiment(NetworkSpec(dataset=Sine(), loss="mse")).confusion() is None


def test_history_stays_bounded_and_keeps_both_ends() -> None:
    series = Course().losses
    for step in range(20_000):
        series.append(step, (float(step), float(step), float(step)))
    assert len(series.steps) <= MAX_POINTS + 1
    assert series.steps[-1] == 19_999
    assert series.steps == sorted(series.steps)
    assert series.columns[0][0] < 2000


def test_bins_cover_every_loss_once() -> None:
    losses = np.arange(100.0)
    points = bins(losses, 50, 16)
    assert len(points) == 16
    assert points[-1][0] == 150
    widths = np.diff([50, *(point[0] for point in points)])
    assert np.average([p[1] for p in points], weights=widths) == pytest.approx(losses.mean())
    assert min(p[2] for p in points) == losses.min()
    assert max(p[3] for p in points) == losses.max()


def test_a_long_history_is_thinned_evenly_and_keeps_its_extremes() -> None:
    rng = np.random.default_rng(0)
    losses = rng.normal(size=60_000)
    course, step = Course(), 0
    while step < len(losses):
        part = losses[step : step + int(rng.integers(1, 300))]
        step += len(part)
        course.add(part, step)
        course.drain(step)
    told = course.columns(step)
    eighths = np.histogram(told["step"], 8, (0, step))[0]
    assert eighths.min() > 0.8 * eighths.max()
    assert min(told["low"]) == losses.min()
    assert max(told["high"]) == losses.max()
    series = course.losses
    mean = np.average(series.columns[0], weights=series.counts)
    assert mean == pytest.approx(losses.mean(), abs=1e-12)
    # A checkpoint brings it back as it is, and it goes on as if nothing had been.
    again = Course.of_arrays(course.arrays(step))
    for one in (course, again):
        one.add(np.arange(5.0), step + 5)
    assert again.columns(step + 5) == course.columns(step + 5)


@pytest.mark.parametrize("kind", ["digits", "shapes", "waveforms", "adding", "sines", "brackets"])
def test_a_boundary_of_what_has_no_plane_is_refused(kind: str) -> None:
    from engine.datasets import DATASETS
    from engine.layers import Flatten

    loss = "cross_entropy" if DATASETS[kind].task == "classification" else "mse"
    experiment = Experiment(NetworkSpec(dataset=DATASETS[kind](), layers=(Flatten(),), loss=loss))
    if experiment.dataset.plane is None:
        with pytest.raises(Refused, match="no plane or curve"):
            experiment.boundary(8)
