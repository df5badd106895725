"""What every worker has before it is asked anything. The process that workers are forked from imports it
once, so that a new one takes a hundredth of the two seconds that this does, and shares this memory with its siblings."""

import signal

from engine.kernels import warm

from ..memory import settle
from . import host, looking, playing, shelf

# As in the workers themselves: a signal to the whole group is for the server alone to answer.
signal.signal(signal.SIGTERM, signal.SIG_IGN)
warm(lambda *_: None)
settle()

__all__ = ["host", "looking", "playing", "shelf"]
