"""Search for a configuration (Optuna), judged on purged blocks inside the training rows. Every trial is a look and goes into the ledger."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .columns import correlation
from .folds import Gap
from .layers import Layer, Settings
from .member import train_member
from .metrics import nats
from .rows import Rows

Range = tuple[str, float, float]
"""`log`, `int` or `float`, lowest, highest."""

RANGES: dict[str, dict[str, Range]] = {
    "ridge": {"penalty": ("log", 0.01, 100)},
    "logit": {"c": ("log", 0.001, 100)},
    "lightgbm": {
        "learning_rate": ("log", 0.005, 0.1),
        "num_leaves": ("int", 4, 31),
        "lambda_l2": ("log", 1, 1000),
        "min_data_in_leaf": ("int", 50, 500),
        "feature_fraction": ("float", 0.1, 1),
    },
    "xgboost": {
        "learning_rate": ("log", 0.005, 0.1),
        "max_depth": ("int", 2, 5),
        "reg_lambda": ("log", 1, 1000),
        "colsample_bytree": ("float", 0.1, 1),
    },
    "catboost": {"learning_rate": ("log", 0.005, 0.1), "depth": ("int", 2, 5), "l2_leaf_reg": ("log", 1, 1000)},
}


def search(
    layer: Layer, model: str, rows: Rows, gap: Gap, options: dict[str, Any], trials: int, look: Callable[[dict[str, Any]], None]
) -> Settings:
    """Settings of the best of so many trials; the same seed tries the same ones."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def judged(trial: "optuna.Trial") -> float:
        settings = {name: drawn(trial, name, span) for name, span in RANGES[model].items()}
        score = score_of(layer, rows, train_member(layer, model, rows, gap, **options, settings=settings).cross_fitted)
        look({"settings": settings, "crossFitted": score})
        return score

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=options["seed"]))
    study.optimize(judged, n_trials=trials)
    return dict(study.best_params)


def drawn(trial: Any, name: str, span: Range) -> float:
    kind, low, high = span
    if kind == "int":
        return int(trial.suggest_int(name, int(low), int(high)))
    return float(trial.suggest_float(name, low, high, log=kind == "log"))


def score_of(layer: Layer, rows: Rows, beliefs: np.ndarray) -> float:
    """Correlation of long minus short, or the negative log-loss, on rows that the models did not see."""
    at = ~np.isnan(beliefs[:, 0])
    said, y = beliefs[at], rows.y[at]
    if layer.name == "regime":
        return -float(nats(said, y).mean())
    return correlation(said[:, 3] - said[:, 4], y[:, 0] - y[:, 1])
