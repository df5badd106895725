"""The kinds of data, by what must be there before one can learn from them."""

from engine.datasets import DATASETS

# Nothing without what somebody uploads or types.
GIVEN = [kind for kind in DATASETS if kind in ("own", "own_series", "own_text")]
# The rest is made at once; what is drawn is empty until somebody draws.
MADE = [kind for kind in DATASETS if kind not in GIVEN]
DRAWN = ("drawn", "drawn_curve")
FILLED = [kind for kind in MADE if kind not in DRAWN]
