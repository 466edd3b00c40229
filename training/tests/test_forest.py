"""Forests against the libraries themselves, and against ONNX Runtime."""

import numpy as np
import onnxruntime
import pytest

from riposte_training.boosters import LIBRARIES, lightgbm_classes, native_raw
from riposte_training.forest import read_trees, write_trees
from riposte_training.onnx_file import onnx_of
from riposte_training.parts import Part
from riposte_training.walk import walk, walk_row

ROWS, FEATURES = 100_000, 20


def training():
    random = np.random.default_rng(1)
    x = random.standard_normal((6000, FEATURES)).astype(np.float32)
    x[:, 3] = np.round(x[:, 3])
    x[random.random(len(x)) < 0.3, 5] = 0
    return x, 0.001 * x[:, 0] * x[:, 1] + 0.002 * (x[:, 3] > 0) + 0.003 * random.standard_normal(len(x))


def rows_at_thresholds(forest):
    """Every other row has one value at, just below or just above a threshold; some rows are nearly 0."""
    random = np.random.default_rng(2)
    x = random.standard_normal((ROWS, FEATURES)).astype(np.float32)
    for i in range(0, ROWS, 2):
        node = random.integers(len(forest.threshold))
        edge = np.float32(forest.threshold[node])
        near = (edge, np.nextafter(edge, np.float32(-np.inf)), np.nextafter(edge, np.float32(np.inf)))
        x[i, forest.column[forest.feature[node]]] = near[random.integers(3)]
    for i, tiny in enumerate((0.0, -0.0, 1e-35, -1e-35, 1e-36, -1e-36, 1e-40, -1e-40, 2e-35, -2e-35)):
        x[1 + 10 * i :: 1000] = tiny
    return x


def fitted(library):
    x, y = training()
    if library == "classes":
        forest, model = lightgbm_classes(x, (np.abs(y) * 1000).astype(int) % 7, 1, 7, None, 30)
        return forest, model, "lightgbm"
    return *LIBRARIES[library](x, y, 1), library


@pytest.mark.parametrize("library", [*LIBRARIES, "classes"])
def test_says_bit_for_bit_what_the_library_says(library):
    forest, model, native = fitted(library)
    [read] = read_trees(write_trees([forest]))
    x = rows_at_thresholds(forest)
    wanted = native_raw(native, model, x)
    assert np.array_equal(walk(read, x), wanted)
    by_row = np.array([walk_row(read, row) for row in x[:200].astype(float).tolist()])
    assert np.array_equal(by_row, wanted[:200])


@pytest.mark.parametrize("library", [*LIBRARIES, "classes"])
def test_onnx_says_the_same_within_a_millionth(library):
    forest, _, _ = fitted(library)
    places = np.arange(FEATURES)[::-1] + 3
    part = Part(library, (forest.reading(places),))
    session = onnxruntime.InferenceSession(onnx_of(part, FEATURES + 3), providers=["CPUExecutionProvider"])
    x = rows_at_thresholds(forest)[:20_000]
    wide = np.zeros((len(x), FEATURES + 3), np.float32)
    wide[:, places] = x
    [raw] = session.run(None, {"x": wide})
    assert raw.dtype == np.float32
    assert np.abs(raw - walk(forest, x)).max() < 1e-6


def test_several_forests_begin_at_multiples_of_eight_and_come_back():
    x, y = training()
    forests = [fit(x, y, 1)[0].reading(np.arange(FEATURES) * 2) for fit in LIBRARIES.values()]
    data = write_trees(forests)
    assert len(data) % 8 == 0
    for wrote, read in zip(forests, read_trees(data), strict=True):
        for name, value in wrote.__dict__.items():
            if wrote.form != 2 or name not in ("left", "right"):
                assert np.array_equal(value, getattr(read, name)), name


def test_a_constant_target_gives_trees_of_one_leaf():
    x, _ = training()
    for library in ("lightgbm", "xgboost"):  # CatBoost refuses it
        forest, model = LIBRARIES[library](x[:500], np.full(500, 0.25), 1)
        [read] = read_trees(write_trees([forest.reading(np.arange(FEATURES))]))
        assert np.array_equal(walk(read, x[:100]), native_raw(library, model, x[:100]))
        session = onnxruntime.InferenceSession(onnx_of(Part(library, (read,)), FEATURES), providers=["CPUExecutionProvider"])
        assert np.abs(session.run(None, {"x": x[:100]})[0] - 0.25).max() < 1e-6
