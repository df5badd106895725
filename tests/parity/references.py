"""Record PyTorch's figures: `make references`, where PyTorch is installed.

The first numbers of each case's starting weights come with them, so that the figures stand alone.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import torch

from .cases import DTYPES
from .tables import cases
from .torch_side import run

FILE = Path(__file__).parent / "references.json"
# A hundredth of what a comparison allows, which is 1e-8 in float64 and 1e-4 in float32.
DIGITS = {"float64": 10, "float32": 6}


def main() -> None:
    warnings.filterwarnings("ignore", message=".*lr_scheduler.step.*")
    lines = []
    for case in cases():
        start = case.trainer(np.float64, compiled=False).vector[:6]
        entry: dict[str, object] = {"start": [float(f"{v:.9g}") for v in start]}
        for name, dtype in DTYPES.items():
            entry[name] = {
                what: [float(f"{v:.{DIGITS[name]}g}") for v in values]
                for what, values in run(case, dtype).items()
            }
        lines.append(f"{json.dumps(case.name)}:{json.dumps(entry, separators=(',', ':'))}")
    made_by = json.dumps({"torch": torch.__version__, "numpy": np.__version__})
    body = ",\n".join(lines)
    FILE.write_text(f'{{"made_by":{made_by},"cases":{{\n{body}\n}}}}\n')
    print(f"{len(lines)} cases, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
