"""Linear members on clipped z-scores: ridge for returns, a multinomial logit for classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

CLIP = 5.0


@dataclass(frozen=True)
class Linear:
    """`columns` are places in the member's input; weights [outputs, columns]."""

    columns: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    intercept: np.ndarray
    weights: np.ndarray

    def as_json(self) -> dict[str, Any]:
        lists = {name: getattr(self, name).tolist() for name in ("columns", "mean", "scale")}
        return {**lists, "clip": CLIP, "intercept": self.intercept.tolist(), "weights": self.weights.tolist()}

    def reading(self, column: np.ndarray) -> "Linear":
        """The same model where training column i stands at column[i] of the input."""
        return Linear(np.asarray(column)[self.columns], self.mean, self.scale, self.intercept, self.weights)


def z_scores(x: np.ndarray, mean: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return np.clip((x.astype(float) - mean) * scale, -CLIP, CLIP)


def scaling(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and 1 / standard deviation of each column; 0 for a column that does not vary."""
    sd = x.std(axis=0, dtype=float)
    return x.mean(axis=0, dtype=float), np.divide(1.0, sd, out=np.zeros_like(sd), where=sd > 0)


def ridge(x: np.ndarray, y: np.ndarray, columns: np.ndarray, penalty: float = 1.0) -> Linear:
    """Least squares with the penalty `penalty` · n · |w|², n rows; the intercept is free."""
    mean, scale = scaling(x[:, columns])
    z = z_scores(x[:, columns], mean, scale)
    centre = z.mean(axis=0)
    centred = z - centre
    gram = centred.T @ centred + penalty * len(y) * np.eye(len(columns))
    weights = np.linalg.solve(gram, centred.T @ (y - y.mean()))
    return Linear(columns, mean, scale, np.array([y.mean() - weights @ centre]), weights[None, :])


def logit(x: np.ndarray, y: np.ndarray, columns: np.ndarray, classes: int, c: float = 1.0) -> Linear:
    """Multinomial logit with scikit-learn's inverse penalty C. A class that no row has keeps a weight of 0 and half a row's share."""
    from sklearn.linear_model import LogisticRegression

    mean, scale = scaling(x[:, columns])
    model = LogisticRegression(C=c, max_iter=500, tol=1e-6).fit(z_scores(x[:, columns], mean, scale), y)
    weights, intercept = np.zeros((classes, len(columns))), np.full(classes, np.nan)
    weights[model.classes_], intercept[model.classes_] = model.coef_, model.intercept_
    absent = np.isnan(intercept)
    intercept[absent] = np.nanmax(intercept) + np.log(0.5 / len(y))
    return Linear(columns, mean, scale, intercept, weights)


def linear_raw(model: Linear, x: np.ndarray) -> np.ndarray:
    """Raw scores [rows, outputs], summed from the intercept in the order of the columns: bit-equal to `linear_row`."""
    z = z_scores(x[:, model.columns], model.mean, model.scale)
    total = np.tile(model.intercept, (len(x), 1))
    for i in range(len(model.columns)):
        total += z[:, i : i + 1] * model.weights[:, i]
    return total


def linear_row(model: dict[str, Any], row: Sequence[float]) -> list[float]:
    """Raw scores of one row by `linear.json`, in plain Python."""
    total = list(model["intercept"])
    for i, (column, mean, scale) in enumerate(zip(model["columns"], model["mean"], model["scale"], strict=True)):
        z = max(-model["clip"], min(model["clip"], (row[column] - mean) * scale))
        for k, weights in enumerate(model["weights"]):
            total[k] += weights[i] * z
    return total
