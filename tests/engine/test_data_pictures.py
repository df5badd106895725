"""The images that are shipped or drawn: whose they are, what is in them, what is learned from them."""

from hashlib import sha256

import numpy as np
import pytest

from engine import Experiment, NetworkSpec
from engine.datasets.edges import DIRECTIONS, Edges, sobel
from engine.datasets.mnist import FILE, Mnist, digits
from engine.datasets.pictures import pictures_of, pixels_of
from engine.errors import Refused
from engine.presets import PRESETS
from engine.suits import suiting


def test_mnist_is_the_thousand_that_its_notice_names() -> None:
    with np.load(FILE) as found:
        pixels, labels = found["pixels"], found["labels"]
    notice = FILE.with_name("mnist.NOTICE.txt").read_text(encoding="utf-8")
    assert notice.rstrip().endswith(sha256(pixels.tobytes() + labels.tobytes()).hexdigest())
    assert "Creative Commons" in notice
    assert pixels.shape == (1000, 28, 28)
    assert np.bincount(labels).tolist() == [100] * 10
    assert len({picture.tobytes() for picture in pixels}) == 1000
    assert FILE.stat().st_size < 200_000


def test_mnist_is_given_as_ink_on_paper_and_fewer_are_drawn_by_the_seed() -> None:
    made = Mnist().make()
    assert made.inputs.shape == (750, 28, 28, 1)
    assert made.test_inputs.shape == (250, 28, 28, 1)
    assert made.inputs[:, 0, 0].max() == 0  # paper in the corner
    assert made.inputs.max() == 1
    whole = Mnist(test_fraction=0).make()
    assert np.array_equal(np.rint(whole.inputs[..., 0] * 255).astype(np.uint8), digits()[0])
    few, others = Mnist(samples=100).make(), Mnist(samples=100, seed=1).make()
    assert len(few.inputs) + len(few.test_inputs) == 100
    assert not np.array_equal(few.targets, others.targets)


def test_an_edge_has_its_direction_and_the_ink_below_or_on_its_right() -> None:
    made = Edges(noise=0, test_fraction=0, samples=400).make()
    pictures = made.inputs[..., 0].astype(np.float64)
    down = (pictures[:, 1:, :-1] - pictures[:, :-1, :-1]).sum(axis=(1, 2))
    right = (pictures[:, :-1, 1:] - pictures[:, :-1, :-1]).sum(axis=(1, 2))
    slope = np.degrees(np.arctan2(down, right))
    for number, (name, angle) in enumerate(
        {"horizontal": 90, "vertical": 0, "rising": 45, "falling": 135}.items()
    ):
        assert made.class_names[number] == name
        assert np.abs(slope[made.targets == number] - angle).max() < 10  # a pixel is not a point
    # What is drawn tells nothing by its darkness alone.
    means = [pictures[made.targets == number].mean() for number in range(4)]
    assert np.ptp(means) < 0.05


@pytest.mark.parametrize("name", DIRECTIONS)
def test_a_kernel_made_by_hand_answers_most_to_its_own_direction(name: str) -> None:
    pictures = {
        other: Edges(noise=0, test_fraction=0, samples=40).make().inputs[number::4, :, :, 0]
        for number, other in enumerate(DIRECTIONS)
    }

    def answer(batch: np.ndarray) -> float:
        windows = np.lib.stride_tricks.sliding_window_view(batch, (3, 3), axis=(1, 2))
        return float(
            np.maximum((windows * sobel(name)).sum(axis=(-1, -2)), 0).max(axis=(1, 2)).mean()
        )

    answers = {other: answer(batch) for other, batch in pictures.items()}
    assert max(answers, key=answers.__getitem__) == name


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_four_kernels_learn_what_sobel_made_by_hand(seed: int) -> None:
    run = Experiment(NetworkSpec(dataset=Edges(), seed=seed, **suiting(Edges)))
    run.train(1000)
    assert run.measure().metrics["test_accuracy"] > 0.95
    kernels = run.network.layout.views(run.trainer.vector)["conv2d_1.weight"][:, :, 0]
    likeness = []
    for number in range(4):
        kernel = kernels[:, :, number]
        by_hand = [sobel(name) / np.linalg.norm(sobel(name)) for name in DIRECTIONS]
        found = [abs((kernel * hand).sum()) / np.linalg.norm(kernel) for hand in by_hand]
        likeness.append(max(found))
    assert np.mean(likeness) > 0.85  # as a cosine; of nine numbers drawn at random it is 0.5


def test_the_networks_to_compare_on_digits_have_as_many_parameters() -> None:
    kernels, dense = (Experiment(PRESETS[name].spec) for name in ("digits_cnn", "digits_mlp"))
    sizes = [run.network.layout.size for run in (kernels, dense)]
    assert max(sizes) < 1.05 * min(sizes)
    assert PRESETS["digits_cnn"].spec.dataset == PRESETS["digits_mlp"].spec.dataset


@pytest.mark.parametrize(
    ("name", "steps", "wanted"),
    [
        ("digits_cnn", 200, 0.95), ("digits_mlp", 200, 0.94), ("mnist_cnn", 200, 0.9),
        ("shapes_cnn", 500, 0.95), ("edge_detector", 1000, 0.95),
    ],
)  # fmt: skip
def test_what_a_preset_shows_is_learned_in_ten_seconds_of_its_pace(
    name: str, steps: int, wanted: float
) -> None:
    run = Experiment(PRESETS[name].spec)
    run.train(steps)
    found = run.measure().metrics["test_accuracy"]
    assert found is not None
    assert found >= wanted


def test_pictures_of_ones_own_are_read_without_a_server() -> None:
    pixels = pixels_of([[[0, 255] * 2] * 4, [[255, 0] * 2] * 4])
    assert pixels.shape == (2, 4, 4, 1)
    own = pictures_of(pixels, ["b", "a"])
    assert (own.class_names, own.targets.tolist()) == (("a", "b"), [1, 0])
    with pytest.raises(Refused) as refused:
        pictures_of(pixels, ["a"] * 2)
    assert refused.value.place == "labels"
    too_many = np.zeros((2000, 64, 64, 1), np.uint8)
    with pytest.raises(Refused) as refused:
        pictures_of(too_many, ["a", "b"] * 1000)
    assert refused.value.limit == "max_numbers"
