"""Each kind of model on problems whose best possible result is known."""

import numpy as np
import pytest

from riposte_training import boosters
from riposte_training.calibration import log_probabilities
from riposte_training.linear import linear_raw, logit, ridge
from riposte_training.walk import walk

TRAIN, TEST = 5000, 5000


def waveform(random, n):
    """Breiman's waveform with 21 features and three classes; Bayes accuracy .86."""
    i = np.arange(1, 22)
    bumps = [np.maximum(6 - np.abs(i - centre), 0) for centre in (11, 15, 7)]
    pairs = [(0, 1), (0, 2), (1, 2)]
    y = random.integers(3, size=n)
    u = random.random((n, 1))
    a, b = (np.array([bumps[pairs[k][side]] for k in y]) for side in (0, 1))
    return (u * a + (1 - u) * b + random.standard_normal((n, 21))).astype(np.float32), y


SEGMENTS = np.array(
    [[int(b) for b in s] for s in "1110111 0010010 1011101 1011011 0111010 1101011 1101111 1010010 1111111 1111011".split()]
)


def led(random, n):
    """Seven segments of a digit, each wrong in 10 % of cases; Bayes accuracy .74."""
    y = random.integers(10, size=n)
    return (SEGMENTS[y] ^ (random.random((n, 7)) < 0.1)).astype(np.float32), y


def autoregression(random, n):
    """A series whose next value is linear in its last three, plus noise of variance 1."""
    x = np.zeros(n + 203)
    for i in range(3, len(x)):
        x[i] = 0.5 * x[i - 1] - 0.3 * x[i - 2] + 0.2 * x[i - 3] + random.standard_normal()
    x = x[200:]
    return np.stack([x[2:-1], x[1:-2], x[:-3]], axis=1).astype(np.float32), x[3:]


PROBLEMS = {"waveform": (waveform, 3, 0.83), "led": (led, 10, 0.72)}


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("model", ["logit", "lightgbm", "ensemble"])
def test_classes(problem, model):
    draw, classes, least = PROBLEMS[problem]
    random = np.random.default_rng(7)
    (x, y), (judged, truth) = draw(random, TRAIN), draw(random, TEST)
    raws = []
    if model != "lightgbm":
        raws.append(linear_raw(logit(x, y, np.arange(x.shape[1]), classes), judged))
    if model != "logit":
        raws.append(walk(boosters.lightgbm_classes(x, y, 1, classes)[0], judged))
    said = sum(log_probabilities("model", raw) for raw in raws)
    assert (said.argmax(axis=1) == truth).mean() >= least


@pytest.mark.parametrize("model", ["ridge", *boosters.LIBRARIES])
def test_linear_autoregression(model, monkeypatch):
    """The fixed configurations expect next to no signal and shrink; so the slope is fitted on other rows, as calibration does."""
    random = np.random.default_rng(3)
    x, y = autoregression(random, 40_000)
    train, block, test = slice(0, 25_000), slice(25_000, 30_000), slice(30_000, None)
    if model == "ridge":
        fitted = ridge(x[train], y[train], np.arange(3), penalty=0.01)
        say = lambda rows: linear_raw(fitted, rows)[:, 0]  # noqa: E731
    else:
        monkeypatch.setitem(boosters.LIGHTGBM, "feature_fraction", 1.0)
        monkeypatch.setitem(boosters.XGBOOST, "colsample_bytree", 1.0)
        forest, _ = boosters.LIBRARIES[model](x[train], y[train], 1)
        say = lambda rows: walk(forest, rows)[:, 0]  # noqa: E731
    slope, intercept = np.polyfit(say(x[block]), y[block], 1)
    error = ((intercept + slope * say(x[test]) - y[test]) ** 2).mean()
    assert error <= 1.03 * 1.0
