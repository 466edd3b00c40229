"""What every fold stands on: the dataset, its rows by layer, the folds. Each process reads it for itself, mapped."""

from dataclasses import dataclass

import numpy as np

from ..dataset import Dataset, read_dataset
from ..folds import Fold, Gap, walk_forward
from ..problem import Problem
from ..rows import Rows, rows_of
from .options import Options

HOLE_MS = 3 * 86_400_000
"""A symbol without a row for so long has a hole; the longest that an exchange made by maintenance is two days."""


@dataclass(frozen=True)
class Ground:
    data: Dataset
    gap: Gap
    rows: dict[str, Rows]
    """By layer that is judged. With an ensemble of L1, those at which its rule spoke: all models of a layer are judged on the same rows."""
    span: tuple[int, int]
    folds: tuple[Fold, ...]

    @property
    def signal_rows(self) -> Rows:
        """Rows that count labels: of the signal where one is judged."""
        return self.rows["signal"] if "signal" in self.rows else self.rows["regime"]


def ground_of(options: Options) -> Ground:
    data = read_dataset(options.dataset, list(options.symbols) or None, options.from_ms, options.to_ms, options.every)
    gap = Gap(data.bar_ms, options.embargo * data.bar_ms)
    if data.horizon_ms > gap.embargo_ms:
        raise Problem(f"--embargo {options.embargo}: the labels look {data.horizon_ms // data.bar_ms} bars ahead, and it must be longer")
    rows = {layer: rows_of(data, layer, "ensemble" in models, options.cost) for layer, models in options.models.items() if models}
    times = np.concatenate([symbol.time for symbol in data.symbols])
    span = options.steps.whole(int(times.min()), int(times.max()))
    return Ground(data, gap, rows, span, tuple(walk_forward(*span, options.steps)))


def require_whole(rows: Rows, fold: Fold, names: list[str]) -> None:
    """Every symbol has rows all through the judged span, as far as the dataset goes."""
    for number, name in enumerate(names):
        time = np.sort(rows.time[rows.symbol == number])
        inside = time[(time >= fold.test_ms) & (time < fold.to_ms)]
        edges = [max(fold.test_ms, int(time[0])), *inside.tolist(), min(fold.to_ms, int(time[-1]))] if len(time) else []
        if not len(inside) or int(np.diff(edges).max()) > HOLE_MS:
            raise Problem(f"no rows of {name} for three days or longer in {fold.name}: the dataset has a hole there, backfill it")
