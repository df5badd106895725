"""What suits a dataset where a spec does not say: layers, loss, optimizer, batch.

Chosen so that every dataset learns something within seconds on a laptop (tests/engine/test_learning.py).
"""

from typing import Any

from .datasets import AnyDataset
from .datasets.base import Task
from .layers import LSTM, Conv2D, Dense, Embedding, Flatten, MaxPool2D
from .optimizers import Adam
from .spec import Clipping

_IMAGE = {
    "layers": (
        Conv2D(filters=8, kernel_size=3, padding="same"),
        MaxPool2D(),
        Conv2D(filters=16, kernel_size=3, padding="same"),
        MaxPool2D(),
        Flatten(),
    ),
    "optimizer": Adam(learning_rate=0.003),
    "initializer": "he_uniform",
    "batch_size": 32,
}
_SEQUENCE = {
    "layers": (LSTM(units=24),),
    "optimizer": Adam(learning_rate=0.01),
    "clipping": Clipping(norm=1.0),
    "batch_size": 20,
}
_TEXT = {
    "layers": (Embedding(output_dim=16), LSTM(units=64, return_sequences=True)),
    "optimizer": Adam(learning_rate=0.01),
    "clipping": Clipping(norm=1.0),
    "batch_size": 20,
}
_ROWS = {"layers": (Dense(units=8),) * 3}


def suiting(dataset: type[AnyDataset] | AnyDataset, task: Task | None = None) -> dict[str, Any]:
    """The parts of a NetworkSpec that suit a kind of dataset; always `layers` and `loss`. What an own
    table is for is seen in the table: `task`."""
    by_view = {"image": _IMAGE, "sequence": _SEQUENCE, "text": _TEXT}
    loss = "mse" if (task or dataset.task) == "regression" else "cross_entropy"
    if dataset.view == "text":
        loss = "sequence_cross_entropy"
    elif dataset.__dataclass_fields__["kind"].default == "counts":  # of a class or of a record
        loss = "poisson"
    return {**by_view.get(dataset.view, _ROWS), "loss": loss}
