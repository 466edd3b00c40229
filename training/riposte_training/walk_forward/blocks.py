"""Intervals of statistics that follow from sums: what `metrics.figure` draws, without touching a row a second time."""

from typing import Any

import numpy as np

from ..columns import correlation
from ..folds import DAY_MS
from ..metrics import DRAWS, slope

Figure = dict[str, Any]


class Blocks:
    """Whole blocks of days over the same rows; the same draws as `metrics.figure` makes."""

    def __init__(self, time: np.ndarray, days: int) -> None:
        numbers, self.of = np.unique(time // (days * DAY_MS), return_inverse=True)
        self.count = len(numbers)
        random = np.random.default_rng(1)
        self.drawn = np.zeros((DRAWS, self.count))
        for draw in self.drawn:
            np.add.at(draw, random.integers(self.count, size=self.count), 1)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Of each draw."""
        return self.drawn @ np.bincount(self.of, values, self.count)

    def mean(self, values: np.ndarray) -> Figure:
        return figure(float(values.mean()), self.sums(values) / self.sums(np.ones(len(values))))

    def mean_of(self, values: np.ndarray, mask: np.ndarray) -> Figure:
        """Of the rows of a mask; draws without any say nothing."""
        count = self.sums(mask.astype(float))
        some = count > 0
        return figure(float(values[mask].mean()), self.sums(values * mask)[some] / count[some])

    def correlation(self, a: np.ndarray, b: np.ndarray) -> Figure:
        return figure(correlation(a, b), self.correlations(a, b))

    def correlations(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        aa, bb, ab = self.moments(a, b)
        some = varies(aa, a) & varies(bb, b)
        return np.divide(ab, np.sqrt(np.where(some, aa * bb, 1)), out=np.zeros(DRAWS), where=some)

    def slope(self, said: np.ndarray, truth: np.ndarray) -> Figure:
        aa, _, ab = self.moments(said, truth)
        return figure(slope(said, truth), np.divide(ab, aa, out=np.zeros(DRAWS), where=varies(aa, said)))

    def moments(self, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Sums of squares and products about the mean of each draw."""
        a, b = a - a.mean(), b - b.mean()
        n, sa, sb = (self.sums(values) for values in (np.ones(len(a)), a, b))
        return self.sums(a * a) - sa * sa / n, self.sums(b * b) - sb * sb / n, self.sums(a * b) - sa * sb / n

    def drop(self, a: np.ndarray, without: np.ndarray, b: np.ndarray) -> Figure:
        """By how much the correlation with `b` falls."""
        value = correlation(a, b) - correlation(without, b)
        return figure(value, self.correlations(a, b) - self.correlations(without, b))


def varies(squares: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Whether a draw's sum of squares is more than what rounding leaves of a constant."""
    return squares > 1e-12 * float(np.square(values).sum())


def figure(value: float, drawn: np.ndarray) -> Figure:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"value": value, "interval": [float(low), float(high)]}
