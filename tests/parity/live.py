"""`make parity`: live against PyTorch on freshly drawn cases.

python -m tests.parity.live [seed [words of a case's name]]
"""

import sys
import time
import warnings

import numpy as np
import torch

from .cases import DTYPES
from .tables import cases
from .torch_side import run


def main() -> int:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else int(time.time())
    wanted = " ".join(sys.argv[2:])
    warnings.filterwarnings("ignore", message=".*lr_scheduler.step.*")
    print(f"PyTorch {torch.__version__}, NumPy {np.__version__}, seed {seed}")
    worst = dict.fromkeys(DTYPES, (0.0, "nothing"))
    failed = count = 0
    for case in cases(seed):
        if wanted not in case.name:
            continue
        count += 1
        line, over = f"{case.name:52}", False
        for name, dtype in DTYPES.items():
            expected = run(case, dtype)
            gaps = [
                case.differences(case.figures(dtype, compiled), expected)
                for compiled in (False, True)
            ]
            found = max(max(gap.values()) for gap in gaps)
            over |= not found < case.limit(dtype)
            worst[name] = max(worst[name], (found, case.name))
            line += f"  {name} {found:.1e}"
            if not found < case.limit(dtype):
                line += f" OVER {gaps}"
        failed += over
        print(line, flush=True)
    print(f"{count} cases, each in NumPy and compiled; the worst difference:")
    for name, (found, where) in worst.items():
        print(f"  {name} {found:.1e} ({where})")
    print(f"{failed} over the limit")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
