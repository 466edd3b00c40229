"""From raw scores to a belief by the formulas of docs/models.md, in plain Python and in their order of operations."""

import math
from collections.abc import Sequence
from typing import Any

FLOOR = 1e-12


def softmax(values: Sequence[float]) -> list[float]:
    top = max(values)
    exps = [math.exp(v - top) for v in values]
    total = 0.0
    for e in exps:
        total += e
    return [e / total for e in exps]


def regime_belief(kinds: Sequence[str], weights: Sequence[float], raws: Sequence[Sequence[float]], temperature: float) -> list[float]:
    """Softmax of the weighted log-probabilities over the temperature."""
    u = [0.0] * len(raws[0])
    for kind, weight, raw in zip(kinds, weights, raws, strict=True):
        for k, p in enumerate(raw if kind == "rule" else softmax(raw)):
            u[k] += weight * math.log(max(p, FLOOR))
    return softmax([v / temperature for v in u])


def read_off(net: Sequence[float], probability: Sequence[float], value: float) -> float:
    """The points joined by straight lines, constant outside."""
    if value <= net[0]:
        return probability[0]
    for i in range(len(net) - 1):
        if value < net[i + 1]:
            return probability[i] + (value - net[i]) * ((probability[i + 1] - probability[i]) / (net[i + 1] - net[i]))
    return probability[-1]


def signal_belief(weights: Sequence[float], raws: Sequence[Sequence[float]], calibration: dict[str, Any]) -> list[float]:
    """P(LONG), P(SHORT), P(NEUTRAL), net return of a long and of a short, confidence."""
    nets, wins = [], []
    for k, side in enumerate(("long", "short")):
        numbers = calibration[side]
        r = 0.0
        for weight, raw in zip(weights, raws, strict=True):
            r += weight * raw[k]
        nets.append(numbers["intercept"] + numbers["slope"] * r)
        wins.append(read_off(numbers["net"], numbers["probability"], nets[k]))
    a, b = wins
    shares = [a, b, max(0.0, 1 - a - b)] if a + b <= 1 else [a / (a + b), b / (a + b), 0.0]
    return [*shares, *nets, a if a >= b else b]
