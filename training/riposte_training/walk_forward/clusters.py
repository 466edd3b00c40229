"""How many independent labels there are: the sum of their uniqueness (AFML 4.4)."""

import numpy as np

from ..dataset import Dataset, Symbol
from ..rows import Rows


def clusters(data: Dataset, rows: Rows, mask: np.ndarray) -> float:
    """Mean of both sides, summed over the symbols."""
    total = 0.0
    for number, symbol in enumerate(data.symbols):
        at = np.searchsorted(symbol.time, np.sort(rows.time[mask & (rows.symbol == number)]))
        if len(at):
            total += sum(float(uniqueness(symbol, at, side, data.bar_ms).sum()) for side in (0, 1)) / 2
    return total


def uniqueness(symbol: Symbol, at: np.ndarray, side: int, bar_ms: int) -> np.ndarray:
    """Mean of 1 / (labels that are open) over the bars of each label's life; an exit by time is at its bar's open and leaves it out."""
    first = symbol.time[at[0]]
    begin = (symbol.time[at] - first) // bar_ms
    end = (symbol.known[at, side] - first) // bar_ms - (symbol.outcome[at, side] == 0)
    end = np.maximum(end, begin + 1)
    change = np.bincount(begin, minlength=int(end.max()) + 1) - np.bincount(end, minlength=int(end.max()) + 1)
    share = np.concatenate([[0.0], np.cumsum(1 / np.maximum(1, np.cumsum(change)))])
    return (share[end] - share[begin]) / (end - begin)
