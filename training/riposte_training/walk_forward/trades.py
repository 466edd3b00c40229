"""Label trades: one position at a time and symbol, on the labels' own returns."""

import csv
import os
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..dataset import Dataset, Symbol
from .options import Options

HEADER = ("model", "calibrated", "cost", "symbol", "entryMs", "exitMs", "side", "gross")
Trade = tuple[str, int, float, str, int, int, int, float]


def signal_trades(options: Options, data: Dataset, model: str, of: dict[str, np.ndarray]) -> Iterator[Trade]:
    """Raw and calibrated, of every symbol."""
    for number, symbol in enumerate(data.symbols):
        at = np.flatnonzero(of["symbol"] == number)
        at = at[np.argsort(of["time"][at], kind="stable")]
        for calibrated, net in ((False, of["raw"]), (True, of["belief"][:, 3:5])):
            yield from trades_of(model, calibrated, net[at] + options.cost, of["time"][at], symbol, options.costs)


def trades_of(
    model: str, calibrated: bool, predicted: np.ndarray, time: np.ndarray, symbol: Symbol, costs: tuple[float, ...]
) -> Iterator[Trade]:
    """`predicted`: gross returns of a long and of a short [rows, 2] at the rows `time` of a symbol, in time order.

    Enters the better side where it is above the cost; is free again from the row at or after the label's end.
    """
    side = np.where(predicted[:, 0] >= predicted[:, 1], 0, 1)
    best = predicted[np.arange(len(side)), side]
    at = np.searchsorted(symbol.time, time)
    known, gross = symbol.known[at, side], symbol.gross[at, side]
    for cost in costs:
        rows = np.flatnonzero(best > cost)
        times = time[rows].tolist()
        i = 0
        while i < len(rows):
            row = rows[i]
            end = int(known[row])
            yield model, int(calibrated), cost, symbol.name, times[i], end, 1 if side[row] == 0 else -1, float(gross[row])
            i = bisect_left(times, end, i + 1)


def write_trades(path: Path, header: tuple[str, ...], trades: list[tuple]) -> None:
    """Sorted. Costs and returns with all their digits."""
    draft = path.with_suffix(".draft")
    with draft.open("w", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(header)
        rows.writerows([written(name, value) for name, value in zip(header, trade, strict=True)] for trade in sorted(trades))
    os.replace(draft, path)


def written(name: str, value: object) -> object:
    return f"{value:.12g}" if name == "cost" else repr(value) if name == "gross" else value
