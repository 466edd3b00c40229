"""The fixed configurations of the tree libraries. Nothing stops early, one thread, one seed; `params` are those of a search."""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from .dumps import from_catboost, from_lightgbm, from_xgboost
from .forest import Forest

LIGHTGBM: dict[str, Any] = {
    "learning_rate": 0.03,
    "num_leaves": 15,
    "min_data_in_leaf": 200,
    "lambda_l2": 100.0,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.5,
    "bagging_freq": 1,
}
XGBOOST: dict[str, Any] = {
    "learning_rate": 0.03,
    "max_depth": 4,
    "reg_lambda": 100.0,
    "min_child_weight": 200.0,
    "colsample_bytree": 0.3,
    "subsample": 0.5,
    "tree_method": "hist",
}
CATBOOST: dict[str, Any] = {"learning_rate": 0.03, "depth": 4, "l2_leaf_reg": 100.0}
ROUNDS = 150
REGIME_LIGHTGBM: dict[str, Any] = {**LIGHTGBM, "num_leaves": 8, "learning_rate": 0.05, "lambda_l2": 10.0}
REGIME_ROUNDS = 80


def lightgbm(x: np.ndarray, y: np.ndarray, seed: int, params: dict[str, Any] | None = None, rounds: int = ROUNDS) -> tuple[Forest, Any]:
    import lightgbm as lib

    fixed = {"objective": "regression", "num_threads": 1, "deterministic": True, "force_row_wise": True, "verbosity": -1}
    settings = {**fixed, **LIGHTGBM, **(params or {}), "seed": seed, "feature_pre_filter": False}
    booster = lib.train(settings, lib.Dataset(np.ascontiguousarray(x), y), rounds)
    return from_lightgbm(booster), booster


def lightgbm_classes(
    x: np.ndarray, y: np.ndarray, seed: int, classes: int, params: dict[str, Any] | None = None, rounds: int = REGIME_ROUNDS
) -> tuple[Forest, Any]:
    return lightgbm(x, y, seed, {**REGIME_LIGHTGBM, **(params or {}), "objective": "multiclass", "num_class": classes}, rounds)


def xgboost(x: np.ndarray, y: np.ndarray, seed: int, params: dict[str, Any] | None = None) -> tuple[Forest, Any]:
    import xgboost as lib

    settings = {"objective": "reg:squarederror", "nthread": 1, "verbosity": 0, **XGBOOST, **(params or {}), "seed": seed}
    booster = lib.train(settings, lib.DMatrix(np.ascontiguousarray(x), y, nthread=1), ROUNDS)
    return from_xgboost(booster), booster


def catboost(x: np.ndarray, y: np.ndarray, seed: int, params: dict[str, Any] | None = None) -> tuple[Forest, Any]:
    import catboost as lib

    fixed = {"iterations": ROUNDS, "thread_count": 1, "verbose": False, "allow_writing_files": False, "boost_from_average": True}
    model = lib.CatBoostRegressor(**fixed, **CATBOOST, **(params or {}), random_seed=seed)
    model.fit(lib.Pool(np.ascontiguousarray(x), y, thread_count=1))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.json")
        model.save_model(str(path), format="json")
        return from_catboost(json.loads(path.read_text())), model


LIBRARIES = {"lightgbm": lightgbm, "xgboost": xgboost, "catboost": catboost}


def native_raw(library: str, model: Any, x: np.ndarray) -> np.ndarray:
    """Raw scores [rows, outputs] by the library itself; for the check that a forest is the same model."""
    x = np.ascontiguousarray(x)
    if library == "lightgbm":
        raw = model.predict(x, raw_score=True, num_threads=1)
    elif library == "xgboost":
        import xgboost as lib

        raw = model.predict(lib.DMatrix(x, nthread=1), output_margin=True)
    else:
        raw = model.predict(x, thread_count=1)
    return np.asarray(raw, float).reshape(len(x), -1)
