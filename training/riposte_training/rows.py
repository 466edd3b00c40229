"""Training rows of one layer: the matrix, what came of each row, and when that was known."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .dataset import REGIME_BARS, Dataset
from .problem import Problem

STATES = ("strongUp", "weakUp", "ranging", "weakDown", "strongDown", "lowVolatility", "highVolatility")


@dataclass(frozen=True)
class Rows:
    """`y` is [rows, 2] net returns of a long and of a short, or [rows] states; `symbol` counts the dataset's symbols."""

    names: tuple[str, ...]
    time: np.ndarray
    known: np.ndarray
    x: np.ndarray
    y: np.ndarray
    symbol: np.ndarray

    def __len__(self) -> int:
        return len(self.time)

    def at(self, mask: np.ndarray) -> "Rows":
        x = np.asfortranarray(self.x[mask])
        return replace(self, time=self.time[mask], known=self.known[mask], x=x, y=self.y[mask], symbol=self.symbol[mask])

    def places(self, layer: str) -> tuple[int, ...]:
        """Where the belief columns of a layer stand; none where the dataset has no beliefs."""
        return tuple(i for i, name in enumerate(self.names) if name.startswith(f"{layer}."))


def signal_rows(data: Dataset, cost: float) -> Rows:
    return joined(data, lambda s: np.ones(len(s.time), bool), lambda s: s.gross - cost, lambda s: s.known.max(axis=1))


def regime_rows(data: Dataset) -> Rows:
    ahead = REGIME_BARS * data.bar_ms
    return joined(data, lambda s: s.regime >= 0, lambda s: s.regime.astype(np.int64), lambda s: s.time + ahead)


def rows_of(data: Dataset, layer: str, ensemble: bool, cost: float) -> Rows:
    """Rows of a layer; an ensemble of L1 has the rule among its members and takes those at which it spoke."""
    if layer == "signal":
        return signal_rows(data, cost)
    return with_rule(regime_rows(data)) if ensemble else regime_rows(data)


def joined(data: Dataset, keep: Callable, y: Callable, known: Callable) -> Rows:
    """Symbols one behind the other; blocks and folds go by time, so the order does not matter."""
    masks = [keep(s) for s in data.symbols]
    stacked = lambda of: np.concatenate([of(s)[m] for s, m in zip(data.symbols, masks, strict=True)])  # noqa: E731
    return Rows(
        names=data.columns,
        time=stacked(lambda s: s.time),
        known=stacked(known),
        x=np.asfortranarray(stacked(lambda s: s.x)),
        y=stacked(y),
        symbol=np.concatenate([np.full(int(m.sum()), i) for i, m in enumerate(masks)]),
    )


def with_rule(rows: Rows) -> Rows:
    """Rows of L1 at which its rule had something to say: its probabilities are 0 elsewhere."""
    places = rows.places("regime")
    if not places:
        raise Problem("an ensemble has the rule among its members, and the dataset has no regime columns: write it with --beliefs")
    return rows.at(rows.x[:, list(places)].sum(axis=1) > 0.5)
