"""The two layers that are trained: which models they have, how each is fitted, weighed and calibrated."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import calibration as fit
from .boosters import LIBRARIES, lightgbm_classes
from .columns import choose
from .folds import BLOCKS, Gap
from .linear import logit, ridge
from .parts import Part
from .problem import Problem
from .rows import STATES, Rows

LOGIT_FEATURES = (
    "volatility_percentile_240",
    "trend_t_240",
    "realised_volatility_60",
    "realised_volatility_240",
    "volatility_ratio_15_60",
    "volatility_ratio_60_1440",
    "volume_ratio_60",
    "efficiency_ratio_30",
    "hour_sin",
    "hour_cos",
    "weekend",
)
"""What the rule reads, and what says how loud the next hours will be."""

Earlier = tuple[np.ndarray, np.ndarray]
"""What members of earlier months said of rows that they did not see: weighed raw scores [rows, 2], and what came of them."""
Settings = dict[str, Any]
"""Parameters that a search found; none: the fixed configuration."""
Columns = list[list[int]]
"""Columns that each model of a part may read: of a signal, one list a side."""


@dataclass(frozen=True)
class Layer:
    name: str
    outputs: int
    models: tuple[str, ...]
    """Models that a member can be made of; `ensemble` is all in `members`."""
    members: tuple[str, ...]
    columns: Callable[[Rows, list[int], Gap, int, bool], list[Columns]]
    """Columns for all rows, then for the rows outside of each block."""
    fit: Callable[[str, Rows, Columns, int, Settings], Part]
    weigh: Callable[[list[str], list[np.ndarray], np.ndarray], list[float]]
    calibrate: Callable[[list[str], list[float], list[np.ndarray], np.ndarray, Earlier | None], dict[str, Any]]

    def parts_of(self, model: str, rule: bool) -> list[str]:
        """Names of the parts of a model; L1's rule is first where the dataset holds what it said. L3's takes no part: it stands behind
        the rules of L1 and L2, and a member with it could not serve behind a trained one."""
        return [*(["rule"] if rule and self.name == "regime" else []), *self.members] if model == "ensemble" else [model]


def signal_columns(rows: Rows, usable: list[int], gap: Gap, seed: int, chosen: bool) -> list[Columns]:
    if not chosen:
        return [[usable, usable]] * (1 + BLOCKS)
    sides = [choose(rows.x, rows.y[:, side], rows.time, rows.known, usable, gap, seed + 100 * side) for side in (0, 1)]
    return [list(both) for both in zip(*sides, strict=True)]


def fit_signal(name: str, rows: Rows, columns: Columns, seed: int, settings: Settings) -> Part:
    models = []
    for side, read in enumerate(columns):
        place = np.array(read)
        if name == "ridge":
            models.append(ridge(rows.x, rows.y[:, side], place, **settings))
        else:
            models.append(LIBRARIES[name](rows.x[:, place], rows.y[:, side], seed + side, settings)[0].reading(place))
    return Part(name, tuple(models))


def calibrate_signal(
    kinds: list[str], weights: list[float], raws: list[np.ndarray], y: np.ndarray, earlier: Earlier | None
) -> dict[str, Any]:
    mean = sum(w * raw for w, raw in zip(weights, raws, strict=True))
    if earlier is not None:
        mean, y = np.vstack([mean, earlier[0]]), np.vstack([y, earlier[1]])
    return {side: fit.side_calibration(mean[:, k], y[:, k]) for k, side in enumerate(("long", "short"))}


def regime_columns(rows: Rows, usable: list[int], gap: Gap, seed: int, chosen: bool) -> list[Columns]:
    """No choice: what 80 small rounds of trees read is little, and the logit has its own list."""
    return [[usable]] * (1 + BLOCKS)


def fit_regime(name: str, rows: Rows, columns: Columns, seed: int, settings: Settings) -> Part:
    if name == "logit":
        lacking = [f for f in LOGIT_FEATURES if f not in rows.names]
        if lacking:
            raise Problem(f"the logit reads {lacking[0]}, which the dataset does not have: write it with all features")
        read = np.array([rows.names.index(f) for f in LOGIT_FEATURES])
        return Part(name, (logit(rows.x, rows.y, read, len(STATES), **settings),))
    place = np.array(columns[0])
    return Part(name, (lightgbm_classes(rows.x[:, place], rows.y, seed, len(STATES), settings)[0].reading(place),))


def mean_log(kinds: list[str], weights: list[float], raws: list[np.ndarray]) -> np.ndarray:
    return sum(w * fit.log_probabilities(k, raw) for k, w, raw in zip(kinds, weights, raws, strict=True))


def calibrate_regime(
    kinds: list[str], weights: list[float], raws: list[np.ndarray], y: np.ndarray, earlier: Earlier | None
) -> dict[str, Any]:
    """One temperature, from the blocks alone: `earlier` is None."""
    return {"temperature": fit.temperature(mean_log(kinds, weights, raws), y)}


def weigh_regime(kinds: list[str], raws: list[np.ndarray], y: np.ndarray) -> list[float]:
    return fit.regime_weights([fit.log_probabilities(k, raw) for k, raw in zip(kinds, raws, strict=True)], y)


SIGNAL_MEMBERS = ("ridge", "lightgbm", "xgboost", "catboost")
SIGNAL = Layer(
    name="signal",
    outputs=2,
    models=(*SIGNAL_MEMBERS, "ensemble"),
    members=SIGNAL_MEMBERS,
    columns=signal_columns,
    fit=fit_signal,
    weigh=lambda kinds, raws, y: fit.signal_weights(raws, y),
    calibrate=calibrate_signal,
)
REGIME = Layer(
    name="regime",
    outputs=len(STATES),
    models=("logit", "lightgbm", "ensemble"),
    members=("logit", "lightgbm"),
    columns=regime_columns,
    fit=fit_regime,
    weigh=weigh_regime,
    calibrate=calibrate_regime,
)
LAYERS = {layer.name: layer for layer in (REGIME, SIGNAL)}
