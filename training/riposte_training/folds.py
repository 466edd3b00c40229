"""Who may learn from which rows: walk-forward folds by calendar months or days, and purged blocks inside a training window."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from .problem import Problem


@dataclass(frozen=True)
class Gap:
    """What must lie between a training row and a judged one."""

    bar_ms: int
    embargo_ms: int


@dataclass(frozen=True)
class Fold:
    """A step of a walk-forward: train in [from_ms, test_ms), judge in [test_ms, to_ms)."""

    name: str
    from_ms: int
    test_ms: int
    to_ms: int


@dataclass(frozen=True)
class Steps:
    """Lengths of a walk-forward, in calendar months or days, UTC."""

    unit: str = "m"
    train: int = 6
    test: int = 1
    step: int = 1

    def number(self, ms: int) -> int:
        """Of the month or day that a moment lies in."""
        return month_of(ms) if self.unit == "m" else ms // DAY_MS

    def start_ms(self, number: int) -> int:
        return month_ms(number) if self.unit == "m" else number * DAY_MS

    def name(self, ms: int) -> str:
        return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m" if self.unit == "m" else "%Y-%m-%d")

    def whole(self, from_ms: int, last_ms: int) -> tuple[int, int]:
        """From the first row to the end of the last month or day that the rows fill. They may begin `LATE_MS` after the first one does,
        because a line warms up, and end a day before the last one does, because labels look ahead."""
        first, end = self.number(from_ms), self.number(last_ms) + 1
        if self.unit == "m" and from_ms - self.start_ms(first) > LATE_MS:
            from_ms = self.start_ms(first + 1)
        return from_ms, self.start_ms(end - 1 if self.start_ms(end) - last_ms > DAY_MS else end)


DAY_MS = 86_400_000
LATE_MS = 3 * DAY_MS


def month_ms(number: int) -> int:
    """Start of a month, counted from the year 0."""
    return int(datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC).timestamp()) * 1000


def month_of(ms: int) -> int:
    at = datetime.fromtimestamp(ms / 1000, UTC)
    return at.year * 12 + at.month - 1


def walk_forward(from_ms: int, to_ms: int, steps: Steps = Steps()) -> Iterator[Fold]:
    """Folds whose months or days all lie in [from_ms, to_ms); the next one begins a step later."""
    first, end = steps.number(from_ms), steps.number(to_ms)
    if end - first < steps.train + steps.test:
        unit = "months" if steps.unit == "m" else "days"
        raise Problem(f"the span has {end - first} {unit}: a walk-forward needs {steps.train} to train and {steps.test} to judge")
    for start in range(first, end - steps.train - steps.test + 1, steps.step):
        judged = steps.start_ms(start + steps.train)
        yield Fold(steps.name(judged), steps.start_ms(start), judged, steps.start_ms(start + steps.train + steps.test))


def before(time: np.ndarray, known: np.ndarray, test_ms: int, gap: Gap) -> np.ndarray:
    """Mask of rows that may be learnt from before `test_ms`: label known a bar before it, decision an embargo before it."""
    return (known + gap.bar_ms <= test_ms) & (time + gap.embargo_ms <= test_ms)


def require_purged(time: np.ndarray, known: np.ndarray, test_ms: int, gap: Gap) -> None:
    """Throws when a training row knows something of the judged span: a broken promise of this program."""
    if len(time) and not before(time, known, test_ms, gap).all():
        raise AssertionError("purge: a training row's label was not known before the judged rows begin")


BLOCKS = 4
"""Purged blocks of a training window, on which columns are chosen and beliefs are cross-fitted."""


def blocks(time: np.ndarray, count: int = BLOCKS) -> np.ndarray:
    """Number of the block of each row: `count` spans of equal time, so that several symbols are cut at the same moments.

    Where a hole would leave one of them without rows, they have equally many moments instead.
    """
    edges = np.linspace(time.min(), time.max() + 1, count + 1)
    number = np.clip(np.searchsorted(edges, time, side="right") - 1, 0, count - 1)
    if len(np.unique(number)) == count:
        return number
    moments, place = np.unique(time, return_inverse=True)
    return place * count // len(moments)


def outside(time: np.ndarray, known: np.ndarray, block: np.ndarray, gap: Gap) -> np.ndarray:
    """Mask of rows that may be learnt from to speak in the rows of `block` (a mask), on both sides of it."""
    begin, last = int(time[block].min()), int(time[block].max())
    end = max(int(known[block].max()) + gap.bar_ms, last + gap.embargo_ms)
    return ~block & (before(time, known, begin, gap) | (time >= end))
