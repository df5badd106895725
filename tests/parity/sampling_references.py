"""Record what PyTorch makes of scores by temperature and top-k: `make references`, where it is installed.

The lines are those of Hugging Face's TemperatureLogitsWarper and TopKLogitsWarper, and of the draw.
"""

import json
from pathlib import Path
from typing import Any

import torch

FILE = Path(__file__).parent / "sampling_references.json"
DIGITS = 12


def main() -> None:
    torch.manual_seed(0)
    lines = []
    for size in (2, 7, 40, 200):
        scores = torch.randn(size, dtype=torch.float64) * 4
        lines += [
            {
                "scores": rounded(scores),
                "cases": [
                    case(scores, t, k) for t in (0.1, 0.5, 1.0, 1.7, 10.0) for k in kept(size)
                ],
            }
        ]
    # How much tokens surprise where the scores are known: cross-entropy in bits, and perplexity.
    scores, tokens = torch.randn(30, 12, dtype=torch.float64) * 2, torch.randint(0, 12, (30,))
    nats = torch.nn.functional.cross_entropy(scores, tokens, reduction="none")
    text = {
        "scores": [rounded(row) for row in scores],
        "tokens": tokens.tolist(),
        "bits": rounded(nats / torch.log(torch.tensor(2.0, dtype=torch.float64))),
        "perplexity": float(nats.mean().exp()),
    }
    FILE.write_text(
        json.dumps(
            {"torch": torch.__version__, "drawn": lines, "text": text}, separators=(",", ":")
        )
        + "\n"
    )
    print(f"{len(lines)} vocabularies, {FILE.stat().st_size} bytes")


def kept(size: int) -> list[int | None]:
    return [None, *sorted({1, 2, size // 2, size - 1, size})]


def case(scores: Any, temperature: float, top_k: int | None) -> dict[str, Any]:
    left = scores / temperature
    if top_k is not None:
        left = left.masked_fill(left < torch.topk(left, top_k)[0][..., -1, None], -torch.inf)
    drawn = rounded(torch.softmax(left, dim=-1))
    return {"temperature": temperature, "top_k": top_k, "drawn": drawn}


def rounded(tensor: Any) -> list[float]:
    return [float(f"{v:.{DIGITS}g}") for v in tensor.tolist()]


if __name__ == "__main__":
    main()
