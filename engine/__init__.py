"""Glassbox's engine: neural networks in NumPy, fast where it matters, open everywhere.

from engine import Adam, Dense, Experiment, NetworkSpec, Spiral

run = Experiment(NetworkSpec(dataset=Spiral(arms=2), optimizer=Adam(learning_rate=0.01)))
run.train(2000)
print(run.measure().metrics)
"""

from . import kernels as kernels  # first: names the folder of compiled code before Numba is loaded
from .datasets import Spiral
from .errors import Refused
from .experiment import Experiment
from .layers import Dense
from .network import Network
from .optimizers import SGD, Adam
from .spec import NetworkSpec, OutputSpec, Regularization
from .trainer import Trainer

__all__ = [
    "SGD", "Adam", "Dense", "Experiment", "Network", "NetworkSpec", "OutputSpec", "Refused",
    "Regularization", "Spiral", "Trainer",
]  # fmt: skip
