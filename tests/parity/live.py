"""`make parity`: live against PyTorch on freshly drawn cases.  python -m tests.parity.live [seed]"""

import sys
import time

import numpy as np
import torch

from .cases import BATCHES, STEPS, cases
from .torch_side import run


def main() -> int:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else int(time.time())
    print(
        f"PyTorch {torch.__version__}, NumPy {np.__version__}, seed {seed}, {STEPS} steps a case, {STEPS // 2} of the newer optimizers"
    )
    worst = dict.fromkeys((np.float32, np.float64), 0.0)
    failed = 0
    for case in cases(seed):
        line = f"{case.name:36}"
        for dtype in worst:
            found = 0.0
            for batch in BATCHES:
                _, expected = run(case, dtype, batch)
                losses = case.trainer(dtype, batch, compiled=True).train(case.steps)
                found = max(found, float(np.abs(losses / expected[: case.steps] - 1).max()))
            failed += found >= case.limit(dtype)
            worst[dtype] = max(worst[dtype], found)
            line += f" {dtype.__name__} {found:.1e}"
        print(line, flush=True)
    print(
        "worst relative difference: " + ", ".join(f"{d.__name__} {w:.1e}" for d, w in worst.items())
    )
    print(f"{failed} over the limit")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
