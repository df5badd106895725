"""`python -m engine.kernels`: compile the training loops once, with a progress bar; of the pieces that are named,
those alone and without one."""

import sys
from time import monotonic

from . import compile_only, warm

BAR = 24


def main() -> None:
    if sys.argv[1:]:
        compile_only(sys.argv[1:])
        return
    begin = monotonic()

    def report(what: str, done: int, of: int) -> None:
        if done == of and monotonic() - begin < 1:
            return  # loaded from disk: nothing worth a bar
        if sys.stdout.isatty() or done == of:
            filled = BAR * done // of
            line = f"\rCompiling kernels [{'#' * filled}{'.' * (BAR - filled)}] {what:<24}"
            print(line, end="\n" if done == of else "", flush=True)
        elif done == 0:
            print("Compiling kernels, once: some twenty seconds", flush=True)

    warm(report)


if __name__ == "__main__":
    main()
