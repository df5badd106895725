"""Record PyTorch's figures: `make references`, where PyTorch is installed.

Each case's starting weights come with it, so that the figures stand alone.
"""

import json
from pathlib import Path

import numpy as np
import torch

from .cases import BATCHES, cases
from .torch_side import run

FILE = Path(__file__).parent / "references.json"
DTYPES = {"float32": np.float32, "float64": np.float64}


def main() -> None:
    recorded = {}
    for case in cases():
        network = case.network()
        start = network.start("glorot_uniform", case.seed, np.float64)[: network.layout.size]
        entry: dict[str, object] = {"start": [float(f"{v:.9g}") for v in start[:12]]}
        for dtype_name, dtype in DTYPES.items():
            for batch in BATCHES:
                gradient, losses = run(case, dtype, batch)
                digits = 9 if dtype is np.float32 else 16
                entry[f"{dtype_name} {batch}"] = {
                    "gradient": [float(f"{v:.{digits}g}") for v in gradient[:200]],
                    "losses": [float(f"{v:.{digits}g}") for v in losses],
                }
        recorded[case.name] = entry
        print(case.name, flush=True)
    FILE.write_text(
        json.dumps({"torch": torch.__version__, "cases": recorded}, separators=(",", ":")) + "\n"
    )
    print(f"{len(recorded)} cases, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
