"""Figures of the walk by other ways: intervals row by row, labels counted bar by bar, columns of the documentation."""

import re
from pathlib import Path

import numpy as np
import pytest
from world import BAR

from riposte_training import stopwatch
from riposte_training.columns import correlation
from riposte_training.dataset import Symbol
from riposte_training.folds import DAY_MS
from riposte_training.metrics import figure, slope
from riposte_training.rows import Rows
from riposte_training.walk_forward.blocks import Blocks
from riposte_training.walk_forward.carries import GROUPS, group_of, groups_of, other_days, shuffled
from riposte_training.walk_forward.clusters import uniqueness
from riposte_training.walk_forward.figures import curve

RANDOM = np.random.default_rng(7)
TIME = np.sort(RANDOM.choice(60 * 96, 3000, replace=False)) * 15 * BAR + 19_000 * DAY_MS
A, NOISE = RANDOM.standard_normal((2, len(TIME)))
B = 0.2 * A + NOISE


def alike(found, wanted):
    assert found["value"] == wanted["value"]
    assert found["interval"] == pytest.approx(wanted["interval"], abs=1e-12)


def test_intervals_from_sums_are_those_of_the_rows():
    blocks = Blocks(TIME, 5)
    alike(blocks.mean(B), figure(lambda at: float(B[at].mean()), TIME))
    alike(blocks.correlation(A, B), figure(lambda at: correlation(A[at], B[at]), TIME))
    alike(blocks.slope(A, B), figure(lambda at: slope(A[at], B[at]), TIME))
    alike(blocks.drop(A, NOISE, B), figure(lambda at: correlation(A[at], B[at]) - correlation(NOISE[at], B[at]), TIME))
    some = A > 0.5
    alike(blocks.mean_of(B, some), figure(lambda at: float(B[at][some[at]].mean()), TIME))


def test_a_member_that_says_nothing_has_no_slope_and_no_correlation():
    blocks, constant = Blocks(TIME, 1), np.full(len(TIME), -0.001)
    assert blocks.slope(constant, B)["interval"] == [0, 0]
    assert blocks.correlation(constant, B)["interval"] == [0, 0]


def test_a_curve_has_ten_points_of_equal_size_that_rise_with_what_was_said():
    points = curve(Blocks(TIME, 5), A, B)
    assert [point["rows"] for point in points] == [300] * 10
    order = np.argsort(A)
    assert points[3]["realised"] == pytest.approx(B[order[900:1200]].mean())
    assert points[3]["said"] == pytest.approx(A[order[900:1200]].mean())
    assert all(point["interval"][0] <= point["realised"] <= point["interval"][1] for point in points)


def test_uniqueness_counts_the_labels_that_are_open_in_each_bar():
    at = np.flatnonzero(RANDOM.random(400) < 0.4)
    bars = RANDOM.integers(1, 30, (400, 2))
    outcome = RANDOM.integers(-1, 2, (400, 2))
    bars[outcome == 0] += 1
    time = 1_000_000 * BAR + np.arange(400) * BAR
    symbol = Symbol("X", time, np.empty((400, 0)), np.empty((400, 2)), outcome, time[:, None] + bars * BAR, np.empty(400))
    open_in = np.zeros(500)
    life = [range(i, i + int(bars[i, 1]) - int(outcome[i, 1] == 0)) for i in at]
    for of in life:
        open_in[list(of)] += 1
    wanted = [np.mean([1 / open_in[bar] for bar in of]) for of in life]
    assert uniqueness(symbol, at, 1, BAR).tolist() == pytest.approx(wanted)


def documented():
    """Columns of docs/features.md, by the heading that they stand under."""
    heading = ""
    for line in (Path(__file__).parents[2] / "docs/features.md").read_text().splitlines():
        if line.startswith("### "):
            heading = line[4:]
        found = re.match(r"\| `([a-zA-Z0-9_]+)` \|", line)
        if found and heading:
            yield found[1], heading


def test_every_documented_column_is_in_a_group_and_every_group_has_one():
    groups = {name: group_of(name) for name, _ in documented()}
    assert len(groups) > 130
    assert [name for name, group in groups.items() if group == "others"] == []
    assert set(GROUPS) - set(groups.values()) == {"masks"}
    assert group_of("return_3_1h") == "price/trend"
    assert group_of("my_own") == "others"
    by_heading = {heading: {groups[name] for name, of in documented() if of == heading} for _, heading in documented()}
    for heading in ("returns", "trend", "longTrend", "candle", "candlePatterns", "sessions", "distribution", "book", "trade", "funding"):
        assert len(by_heading[heading]) == 1, heading


def test_groups_split_the_columns_of_a_matrix():
    names = ("return_1", "hour_sin", "return_2", "regime.ranging", "signal.pLong", "my_own")
    assert groups_of(names) == {
        **{"price/trend": [0, 2], "time of day": [1]},
        **{"beliefs of regime": [3], "beliefs of signal": [4], "others": [5]},
    }


def rows_of_two():
    time = np.concatenate([20_000 * DAY_MS + np.arange(6 * 24) * DAY_MS // 24] * 2)
    x = np.stack([time // DAY_MS, time % DAY_MS // 1000, np.arange(len(time))], axis=1).astype(float)
    symbol = np.repeat([0, 1], 6 * 24)
    names = ("return_1", "return_2", "hour_sin")
    return Rows(names, time, time, x, np.zeros((len(time), 2)), symbol)


def test_days_are_shuffled_whole_inside_their_symbol():
    rows = rows_of_two()
    source = other_days(rows, 1)
    assert sorted(source) == list(range(len(rows)))
    assert (rows.symbol[source] == rows.symbol).all()
    assert (rows.time[source] % DAY_MS == rows.time % DAY_MS).all()
    assert (rows.time[source] // DAY_MS != rows.time // DAY_MS).all()
    pairs = set(zip(rows.symbol.tolist(), rows.time // DAY_MS, rows.time[source] // DAY_MS, strict=True))
    assert len(pairs) == 12
    assert not np.array_equal(other_days(rows, 2), source)


def test_only_the_columns_of_the_group_are_shuffled():
    rows = rows_of_two()
    [(trend, places, x), (_, _, hours)] = shuffled(rows, 1)
    assert (trend, places) == ("price/trend", [0, 1])
    assert np.array_equal(x[:, 2], rows.x[:, 2])
    assert np.array_equal(x[:, 0], rows.x[other_days(rows, 1), 0])
    assert np.array_equal(hours[:, :2], rows.x[:, :2])


def test_time_inside_of_models_counts_once(monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr(stopwatch, "perf_counter", lambda: next(clock))
    inner = stopwatch.timed(lambda: next(clock))
    before = stopwatch.model_seconds()
    stopwatch.timed(lambda: inner() + inner())()
    assert stopwatch.model_seconds() - before == 3
