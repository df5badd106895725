"""Tables as people have them, read: bytes to text, text to cells, cells to what is learned."""

from .cells import MAX_CELLS_A_ROW, MAX_COLUMNS, MAX_ROWS, Sheet, sheet_of, sheet_of_rows
from .choices import Choices
from .decoding import Encoding, decoded
from .guarding import guarded, unguarded
from .understanding import Looked, Understood, decided, looked_at, understood

__all__ = [
    "Encoding", "Looked", "MAX_CELLS_A_ROW", "MAX_COLUMNS", "MAX_ROWS", "Choices", "Sheet", "Understood", "decided", "decoded", "looked_at", "sheet_of",
    "guarded", "sheet_of_rows", "understood", "unguarded",
]  # fmt: skip
