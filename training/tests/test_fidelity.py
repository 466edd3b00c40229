"""Each kind of model on problems whose best possible result is known, and on images beside two classifiers of scikit-learn."""

import csv
import io
import zipfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from riposte_training import boosters
from riposte_training.calibration import log_probabilities
from riposte_training.linear import linear_raw, logit, ridge
from riposte_training.search import RANGES
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


RIVER = find_spec("river")
SPLITS = 10


def image_segments():
    """2,310 patches of outdoor images, 18 numbers each, 7 classes (UCI); it lies in river's wheel, and nothing of river is imported."""
    packed = zipfile.ZipFile(Path(RIVER.submodule_search_locations[0], "datasets/segment.csv.zip"))
    rows = np.array(list(csv.reader(io.TextIOWrapper(packed.open(packed.namelist()[0]))))[1:])
    return rows[:, :-1].astype(np.float32), np.unique(rows[:, -1], return_inverse=True)[1]


def weakest(model, shrinking):
    """The end of each of the search's ranges that shrinks least: the fixed configurations are for rows that are nearly all noise."""
    return {name: low if name in shrinking else high for name, (_, low, high) in RANGES[model].items()}


def image_scores(seed, x, y):
    """Accuracies on a random third: ours and scikit-learn's."""
    order = np.random.default_rng(seed).permutation(len(x))
    train, test = order[: len(x) * 2 // 3], order[len(x) * 2 // 3 :]
    linear = linear_raw(logit(x[train], y[train], np.arange(18), 7, **weakest("logit", ())), x[test])
    settings = weakest("lightgbm", ("lambda_l2", "min_data_in_leaf"))
    trees = walk(boosters.lightgbm_classes(x[train], y[train], 1, 7, settings)[0], x[test])
    both = log_probabilities("model", linear) + log_probabilities("model", trees)
    own = {name: (raw.argmax(axis=1) == y[test]).mean() for name, raw in [("logit", linear), ("lightgbm", trees), ("ensemble", both)]}
    for name, model in [("logistic", LogisticRegression(max_iter=2000)), ("1-NN", KNeighborsClassifier(1))]:
        own[name] = make_pipeline(StandardScaler(), model).fit(x[train], y[train]).score(x[test], y[test])
    return own


@pytest.mark.skipif(
    RIVER is None, reason="river is not installed, its wheel holds the data: pip install --no-deps -r requirements-test.txt"
)
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_image_segments():
    """No worse than a logistic regression and the nearest neighbour but for one standard deviation of the difference over splits."""
    x, y = image_segments()
    assert (x.shape, y.max()) == ((2310, 18), 6)
    scores = [image_scores(seed, x, y) for seed in range(SPLITS)]
    for own in ("logit", "lightgbm", "ensemble"):
        for other in ("logistic", "1-NN"):
            better = np.array([score[own] - score[other] for score in scores])
            assert better.mean() >= -better.std(ddof=1), f"{own} against {other}: {better.mean():.4f}"


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
