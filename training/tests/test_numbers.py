"""Calibration, folds and columns against values from outside."""

from itertools import pairwise

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import Ridge

from riposte_training.boosters import lightgbm
from riposte_training.calibration import regime_weights, shrunk, side_calibration, signal_weights, temperature, win_points
from riposte_training.columns import choose, correlation, drops, usable
from riposte_training.combine import read_off, regime_belief, signal_belief, softmax
from riposte_training.families import FAMILIES
from riposte_training.folds import Gap, before, blocks, outside, walk_forward
from riposte_training.layers import SIGNAL
from riposte_training.linear import linear_raw, linear_row, ridge, z_scores
from riposte_training.walk import walk

RANDOM = np.random.default_rng(5)
DAY = 86_400_000


def test_ridge_is_scikit_learns_on_clipped_z_scores():
    x = RANDOM.standard_normal((800, 6)).astype(np.float32)
    x[0, 0] = 50
    y = x @ np.arange(6) * 0.01 + RANDOM.standard_normal(800)
    own = ridge(x, y, np.arange(6))
    z = z_scores(x, own.mean, own.scale)
    assert z.max() == 5
    outside_value = Ridge(alpha=len(y)).fit(z, y).predict(z)
    assert np.allclose(linear_raw(own, x)[:, 0], outside_value, atol=1e-12)
    rows = [linear_row(own.as_json(), row) for row in x.astype(float).tolist()]
    assert np.array_equal(np.array(rows), linear_raw(own, x))


def test_probability_points_are_isotonic_and_close_to_scikit_learns():
    predicted = RANDOM.standard_normal(6000)
    won = RANDOM.random(6000) < 1 / (1 + np.exp(-predicted))
    net, probability = win_points(predicted, won)
    assert len(net) <= 32
    assert np.all(np.diff(net) > 0)
    assert np.all(np.diff(probability) >= 0)
    wanted = IsotonicRegression(out_of_bounds="clip").fit(predicted, won).predict(predicted)
    said = np.interp(predicted, net, probability)
    assert np.abs(said - wanted).mean() < 0.02
    assert [read_off(net, probability, v) for v in (-9.0, 9.0)] == [probability[0], probability[-1]]
    assert np.allclose([read_off(net, probability, v) for v in predicted[:200]], said[:200])


def test_a_side_that_predicts_nothing_gets_a_slope_of_0():
    raw = RANDOM.standard_normal(4000)
    numbers = side_calibration(raw, -0.5 * raw)
    assert numbers["slope"] == 0
    assert len(numbers["net"]) == len(numbers["probability"]) == 1
    over = side_calibration(raw, 0.3 * raw - 0.001 + 0.1 * RANDOM.standard_normal(4000))
    assert over["slope"] == pytest.approx(0.3, abs=0.01)
    assert over["intercept"] == pytest.approx(-0.001, abs=0.01)


def test_earlier_months_and_blocks_are_one_sample():
    raws, y = RANDOM.standard_normal((2, 3000, 2)), 1e-3 * RANDOM.standard_normal((2, 3000, 2))
    y += 1e-3 * np.array([0.2, 0.8])[:, None, None] * raws
    numbers = SIGNAL.calibrate(["model"], [1.0], [raws[0]], y[0], (raws[1], y[1]))
    for k, side in enumerate(("long", "short")):
        slope, intercept = np.polyfit(raws[..., k].ravel(), y[..., k].ravel(), 1)
        assert (numbers[side]["slope"], numbers[side]["intercept"]) == pytest.approx((slope, intercept))
        points, probability = win_points(intercept + slope * raws[..., k].ravel(), y[..., k].ravel() > 0)
        assert np.allclose(numbers[side]["net"], points)
        assert numbers[side]["probability"] == pytest.approx(probability)


def test_temperature_and_weights_find_what_was_planted():
    y = RANDOM.integers(7, size=5000)
    logits = 2.0 * np.eye(7)[y] + RANDOM.gumbel(size=(5000, 7))
    sure = np.log(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))
    assert temperature(3 * sure, y) == pytest.approx(3 * temperature(sure, y), rel=1e-3)
    blind = RANDOM.standard_normal((5000, 7))
    blind -= np.log(np.exp(blind).sum(axis=1, keepdims=True))
    weights = regime_weights([sure, blind], y)
    assert weights[0] > 0.7 > weights[1] > 0.2
    net = RANDOM.standard_normal((3000, 2))
    assert signal_weights([net + 0.1, -net], net) == shrunk(np.array([1.0, 0.0])) == [0.75, 0.25]


def test_beliefs_are_those_of_the_documents_formulas():
    numbers = {"intercept": -0.001, "slope": 0.5, "net": [-0.002, 0.0, 0.002], "probability": [0.2, 0.3, 0.6]}
    calibration = {"long": numbers, "short": numbers}
    said = signal_belief([0.25, 0.75], [[0.004, -0.004], [0.004, -0.004]], calibration)
    assert said == pytest.approx([0.45, 0.2, 0.35, 0.001, -0.003, 0.45])
    high = {**numbers, "probability": [0.8, 0.8, 0.8]}
    assert signal_belief([1.0], [[0.0, 0.0]], {"long": high, "short": high})[:3] == [0.5, 0.5, 0.0]
    p = softmax([0.0, 1.0, 2.0])
    assert regime_belief(["model", "rule"], [0.5, 0.5], [[0.0, 1.0, 2.0], p], 1.0) == pytest.approx(p)
    assert regime_belief(["rule"], [1.0], [[1.0, 0.0, 0.0]], 1.0)[1] == pytest.approx(1e-12)


def test_folds_of_two_years_are_eighteen():
    folds = list(walk_forward(1640995200000 + 2 * DAY, 1704067200000))
    assert [folds[0].name, folds[-1].name, len(folds)] == ["2022-07", "2023-12", 18]
    assert all(a.to_ms == b.test_ms for a, b in pairwise(folds))


def test_purge_and_embargo_are_exact_to_the_bar():
    gap = Gap(60_000, 241 * 60_000)
    test = 1000 * DAY
    known = test - 60_000 + np.array([-1, 0, 1])
    assert before(np.full(3, test - DAY), known, test, gap).tolist() == [True, True, False]
    time = test - gap.embargo_ms + np.array([-1, 0, 1])
    assert before(time, time, test, gap).tolist() == [True, True, False]


def test_blocks_leave_a_gap_on_both_sides():
    gap = Gap(60_000, 241 * 60_000)
    time = np.arange(0, 100 * DAY, 900_000)
    known = time + 61 * 60_000
    block = blocks(time)
    assert np.bincount(block).tolist() == [2400] * 4
    learnt = outside(time, known, block == 1, gap)
    inner = time[block == 1]
    assert time[learnt & (block == 0)].max() + gap.embargo_ms <= inner.min()
    assert time[learnt & (block == 2)].min() >= inner.max() + gap.embargo_ms
    assert not (learnt & (block == 1)).any()


def test_families_that_come_or_go_are_left_out():
    names = ["a", "constant", "funding_rate", "mask_funding", "spread", "mask_bestBidAsk"]
    x = RANDOM.standard_normal((50, 6)).astype(np.float32)
    x[:, 1], x[:, 3], x[:, 5] = 1, 0, 0
    assert usable(x, names) == ([0, 2, 4], {"mask_funding": 0.0, "mask_bestBidAsk": 0.0}, [])
    x[40:, 3] = 1
    assert usable(x, names) == ([0, 4], {"mask_bestBidAsk": 0.0}, ["mask_funding"])
    assert all(mask.startswith("mask_") for mask in FAMILIES)


def test_drops_are_those_of_walking_the_whole_forest_again():
    x = RANDOM.standard_normal((3000, 5)).astype(np.float32)
    y = x[:, 0] + 0.5 * x[:, 1] * x[:, 2] + RANDOM.standard_normal(3000)
    forest, _ = lightgbm(x, y, 1, {"min_data_in_leaf": 20}, 20)
    found = drops(forest, np.asfortranarray(x), y, 3)
    order = np.random.default_rng(3).permutation(len(x))
    for column in range(5):
        other = x.copy()
        other[:, column] = x[order, column]
        wanted = correlation(walk(forest, x)[:, 0], y) - correlation(walk(forest, other)[:, 0], y)
        assert found[column] == pytest.approx(wanted, abs=1e-9)


def test_what_carries_the_target_is_chosen_among_what_does_not():
    n = 8000
    time = np.arange(n) * 900_000
    x = RANDOM.standard_normal((n, 60)).astype(np.float32)
    y = 0.4 * x[:, 7] * np.sign(x[:, 23]) + 0.3 * x[:, 41] + RANDOM.standard_normal(n)
    whole, *without = choose(x, y, time, time + 3_600_000, list(range(60)), Gap(60_000, 241 * 60_000), 1)
    assert {7, 41} <= set(whole)
    assert len(whole) < 50
    assert len(without) == 4
    assert all(41 in chosen for chosen in without)
