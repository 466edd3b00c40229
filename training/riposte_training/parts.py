"""What a member is made of: each part gives K raw scores of a row, by one model with K outputs or K models with one."""

from dataclasses import dataclass

import numpy as np

from .forest import Forest
from .linear import Linear, linear_raw
from .walk import walk


@dataclass(frozen=True)
class Part:
    """`models` are forests or linear models; of the rule they are none, and `places` says where its numbers stand in the input."""

    name: str
    """rule, ridge, logit, lightgbm, xgboost or catboost."""
    models: tuple[Forest | Linear, ...] = ()
    places: tuple[int, ...] = ()

    @property
    def kind(self) -> str:
        return "rule" if not self.models else "trees" if isinstance(self.models[0], Forest) else "linear"

    def raw(self, x: np.ndarray) -> np.ndarray:
        """Raw scores [rows, K] of rows [rows, inputs] of float32."""
        if not self.models:
            return x[:, self.places].astype(float)
        return np.hstack([walk(m, x) if isinstance(m, Forest) else linear_raw(m, x) for m in self.models])

    def reading(self, column: np.ndarray) -> "Part":
        """The same part where training column i stands at column[i] of the input."""
        return Part(self.name, tuple(m.reading(column) for m in self.models), tuple(int(column[p]) for p in self.places))

    def columns(self) -> set[int]:
        """Places of the input that it reads."""
        read = [m.column[np.unique(m.feature)] if isinstance(m, Forest) else m.columns for m in self.models]
        return {int(c) for columns in read for c in columns} | set(self.places)
