"""Numbers between raw scores and beliefs, fitted on predictions of rows that the predicting parts did not see."""

from typing import Any

import numpy as np

from .combine import FLOOR

POINTS = 32
"""Most points that P(net > 0) is read off."""
SHRINKAGE = 0.5
"""Share of equal weights: what a few months say of one member against another is mostly luck."""


def shrunk(weights: np.ndarray) -> list[float]:
    """Positive weights of sum 1, halfway to equal."""
    total = weights.sum()
    own = weights / total if total > 0 else np.full(len(weights), 1 / len(weights))
    mixed = (1 - SHRINKAGE) * own + SHRINKAGE / len(weights)
    return [float(w) for w in mixed / mixed.sum()]


def signal_weights(raws: list[np.ndarray], net: np.ndarray) -> list[float]:
    """Non-negative least squares of the net returns of both sides on what each part says, both centred by side."""
    if len(raws) == 1:
        return [1.0]
    from scipy.optimize import nnls

    centred = np.stack([(raw - raw.mean(axis=0)).ravel() for raw in raws], axis=1)
    spread = centred.std(axis=0)
    return shrunk(nnls(centred, (net - net.mean(axis=0)).ravel())[0] * (spread > 0))


def side_calibration(raw: np.ndarray, net: np.ndarray) -> dict[str, Any]:
    """Line of the realised on the predicted net return, never falling, and P(net > 0) by isotonic regression."""
    centred = raw - raw.mean()
    variance = float(centred @ centred)
    slope = max(0.0, float(centred @ (net - net.mean())) / variance) if variance > 0 else 0.0
    intercept = float(net.mean() - slope * raw.mean())
    points, probability = win_points(intercept + slope * raw, net > 0)
    return {"intercept": intercept, "slope": slope, "net": points, "probability": probability}


def win_points(predicted: np.ndarray, won: np.ndarray) -> tuple[list[float], list[float]]:
    """Share of wins by bins of equal size, made to rise (pool adjacent violators), each at the mean of its bin."""
    order = np.argsort(predicted, kind="stable")
    bins = [b for b in np.array_split(order, min(POINTS, max(1, len(order) // 100))) if len(b)]
    pooled: list[list[float]] = []
    for b in bins:
        pooled.append([float(predicted[b].mean()), float(won[b].mean()), float(len(b))])
        while len(pooled) > 1 and (pooled[-2][1] >= pooled[-1][1] or pooled[-2][0] >= pooled[-1][0]):
            (x1, p1, n1), (x2, p2, n2) = pooled.pop(-2), pooled.pop()
            n = n1 + n2
            pooled.append([(x1 * n1 + x2 * n2) / n, (p1 * n1 + p2 * n2) / n, n])
    return [x for x, _, _ in pooled], [p for _, p, _ in pooled]


def log_probabilities(kind: str, raw: np.ndarray) -> np.ndarray:
    """ln p of a part: of its softmax, or of the rule's probabilities; never below ln 1e-12."""
    if kind == "rule":
        return np.log(np.maximum(raw, FLOOR))
    z = raw - raw.max(axis=1, keepdims=True)
    return np.log(np.maximum(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True), FLOOR))


def log_loss(u: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Nats of each row by softmax(u)."""
    z = u - u.max(axis=1, keepdims=True)
    return np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]


def regime_weights(logs: list[np.ndarray], y: np.ndarray) -> list[float]:
    """Weights of the log-mean with the least log-loss."""
    if len(logs) == 1:
        return [1.0]
    from scipy.optimize import minimize

    stacked = np.stack(logs)

    def loss(free: np.ndarray) -> float:
        w = np.exp(free - free.max())
        return float(log_loss(np.tensordot(w / w.sum(), stacked, 1), y).mean())

    best = minimize(loss, np.zeros(len(logs)), method="L-BFGS-B", bounds=[(-6, 6)] * len(logs)).x
    return shrunk(np.exp(best - best.max()))


def temperature(u: np.ndarray, y: np.ndarray) -> float:
    """Temperature with the least log-loss (Guo et al. 2017)."""
    from scipy.optimize import minimize_scalar

    return float(np.exp(minimize_scalar(lambda t: log_loss(u / np.exp(t), y).mean(), bounds=(-1.5, 1.5), method="bounded").x))
