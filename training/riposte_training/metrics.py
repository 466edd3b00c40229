"""Figures out of sample, each with a 95 % interval from a bootstrap of whole blocks of five days."""

from collections.abc import Callable

import numpy as np

from .columns import correlation

BLOCK_MS = 5 * 86_400_000
DRAWS = 1000


def figure(statistic: Callable[[np.ndarray], float], time: np.ndarray) -> dict[str, object]:
    """`statistic` of row numbers; the interval is that of the same statistic over blocks drawn with replacement."""
    rows_of = [np.flatnonzero(time // BLOCK_MS == block) for block in np.unique(time // BLOCK_MS)]
    random = np.random.default_rng(1)
    drawn = [statistic(np.concatenate([rows_of[i] for i in random.integers(len(rows_of), size=len(rows_of))])) for _ in range(DRAWS)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"value": float(statistic(np.arange(len(time)))), "interval": [float(low), float(high)]}


def signal_figures(raw: np.ndarray, belief: np.ndarray, y: np.ndarray, time: np.ndarray) -> dict[str, dict[str, object]]:
    """`raw`: weighed raw net returns [rows, 2]; `belief`: calibrated; D is long minus short."""
    d, truth, said = raw[:, 0] - raw[:, 1], y[:, 0] - y[:, 1], belief[:, 3] - belief[:, 4]
    return {
        "directionalIc": figure(lambda at: correlation(d[at], truth[at]), time),
        "longIc": figure(lambda at: correlation(raw[at, 0], y[at, 0]), time),
        "shortIc": figure(lambda at: correlation(raw[at, 1], y[at, 1]), time),
        "slope": figure(lambda at: slope(said[at], truth[at]), time),
    }


def slope(said: np.ndarray, truth: np.ndarray) -> float:
    """Of realised on said; 0 where nothing was said."""
    centred = said - said.mean()
    variance = float(centred @ centred)
    return float(centred @ (truth - truth.mean())) / variance if variance > 0 else 0.0


def nats(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    return -np.log(np.maximum(probabilities[np.arange(len(y)), y], 1e-12))


def regime_figures(
    belief: np.ndarray, prior: np.ndarray, rule: np.ndarray | None, y: np.ndarray, time: np.ndarray
) -> dict[str, dict[str, object]]:
    """`prior`: frequencies of the states in each row's training window; `rule`: what the rule said of the same rows."""
    own = nats(belief, y)
    mean = lambda of: figure(lambda at: float(of[at].mean()), time)  # noqa: E731
    figures = {"logLoss": mean(own), "gainOnPrior": mean(nats(prior, y) - own)}
    return figures if rule is None else {**figures, "gainOnRule": mean(nats(rule, y) - own)}
