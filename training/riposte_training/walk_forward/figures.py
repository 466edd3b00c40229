"""Figures of walk.json from the folds' arrays: by fold, pooled, and how the members age and what carries them."""

from typing import Any

import numpy as np

from ..columns import correlation
from ..dataset import Dataset
from ..evaluate import beats_rule
from ..metrics import nats, slope
from .blocks import Blocks
from .carries import groups_of
from .fold import LATER, difference
from .options import Options
from .result import Result

BINS = 10
"""Of a calibration curve, with equal numbers of rows."""
Arrays = dict[str, np.ndarray]


def of_layer(arrays: Arrays, layer: str, model: str, symbol: int | None = None) -> Arrays:
    """A model's arrays and those that its layer shares, of one symbol or of all."""
    found = {key: arrays[f"{layer}/{key}"] for key in ("time", "symbol", "y", "prior", "rule") if f"{layer}/{key}" in arrays}
    found.update({key: arrays[f"{layer}/{model}/{key}"] for key in ("belief", "raw") if f"{layer}/{model}/{key}" in arrays})
    at = slice(None) if symbol is None else found["symbol"] == symbol
    return {key: values[at] for key, values in found.items()}


def pooled(results: list[Result], key: str) -> np.ndarray:
    return np.concatenate([result.arrays[key] for result in results])


def pooled_arrays(results: list[Result], layers: tuple[str, ...]) -> Arrays:
    return {key: pooled(results, key) for key in results[0].arrays if key.split("/")[0] in layers}


def fold_signal(result: Result, model: str, symbol: int) -> dict[str, Any]:
    of = of_layer(result.arrays, "signal", model, symbol)
    truth, said = difference(of["y"]), of["belief"][:, 3] - of["belief"][:, 4]
    weights = result.about["weights"][f"signal/{model}"]
    return {
        "directionalIc": correlation(difference(of["raw"]), truth),
        "slope": slope(said, truth),
        "weights": weights if len(weights) > 1 else None,
        "expectedGains": int((of["belief"][:, 3:5] > 0).sum()),
    }


def fold_regime(result: Result, model: str, symbol: int) -> dict[str, Any]:
    of = of_layer(result.arrays, "regime", model, symbol)
    loss = lambda said: float(nats(said, of["y"]).mean()) if said.size else None  # noqa: E731
    return {"logLoss": loss(of["belief"]), "rule": loss(of["rule"]), "prior": loss(of["prior"])}


def signal_of(of: Arrays, days: int) -> dict[str, Any]:
    """Of one model and symbol over all folds. Rank correlations are for information: they reward volatility."""
    from scipy.stats import rankdata

    blocks = Blocks(of["time"], days)
    raw, y = of["raw"], of["y"]
    truth, said = difference(y), of["belief"][:, 3] - of["belief"][:, 4]
    ranked = lambda side: blocks.correlation(rankdata(raw[:, side]), rankdata(y[:, side]))  # noqa: E731
    return {
        "directionalIc": blocks.correlation(difference(raw), truth),
        "longIc": blocks.correlation(raw[:, 0], y[:, 0]),
        "shortIc": blocks.correlation(raw[:, 1], y[:, 1]),
        "slope": blocks.slope(said, truth),
        "rawSlope": blocks.slope(difference(raw), truth),
        "rankLongIc": ranked(0),
        "rankShortIc": ranked(1),
        "curve": curve(blocks, said, truth),
    }


def curve(blocks: Blocks, said: np.ndarray, truth: np.ndarray) -> list[dict[str, Any]]:
    points = []
    for rows in np.array_split(np.argsort(said, kind="stable"), BINS):
        if len(rows):
            mask = np.zeros(len(said), bool)
            mask[rows] = True
            came = blocks.mean_of(truth, mask)
            points.append({"said": float(said[mask].mean()), "realised": came["value"], "interval": came["interval"], "rows": len(rows)})
    return points


def regime_of(of: Arrays, results: list[Result], model: str, symbol: int, days: int) -> dict[str, Any]:
    blocks = Blocks(of["time"], days)
    own = nats(of["belief"], of["y"])
    found = {"logLoss": blocks.mean(own), "gainOnPrior": blocks.mean(nats(of["prior"], of["y"]) - own)}
    if not of["rule"].size:
        return found
    folds = [of_layer(result.arrays, "regime", model, symbol) for result in results]
    better = sum(beats_rule(fold, slice(None)) for fold in folds)
    return {**found, "gainOnRule": blocks.mean(nats(of["rule"], of["y"]) - own), "foldsBetterThanRule": better}


def by_model(options: Options, data: Dataset, results: list[Result], days: int) -> dict[str, dict[str, Any]]:
    """Layer → model → symbol → figures."""
    arrays = pooled_arrays(results, ("signal", "regime")) if results else {}
    found: dict[str, dict[str, Any]] = {"signal": {}, "regime": {}}
    for layer, models in options.models.items() if results else ():
        for model in models:
            found[layer][model] = {}
            for number, symbol in enumerate(data.names):
                of = of_layer(arrays, layer, model, number)
                figures = signal_of(of, days) if layer == "signal" else regime_of(of, results, model, number, days)
                found[layer][model][symbol] = figures
    return found


def decay(options: Options, data: Dataset, results: list[Result], days: int) -> list[dict[str, Any]]:
    """The same members, asked one test span after the other: the folds behind which the dataset goes on far enough."""
    ages = max((sum(f"later/{age}/y" in result.arrays for age in range(1, LATER + 1)) for result in results), default=0)
    results = [result for result in results if ages and f"later/{ages}/y" in result.arrays]
    found = []
    for model in options.models["signal"] if results else ():
        for number, symbol in enumerate(data.names):
            for age in range(ages + 1):
                time, of, said, truth = aged(results, model, age)
                at = of == number
                ic = Blocks(time[at], days).correlation(said[at], truth[at])
                found.append({"model": model, "symbol": symbol, "stepsLater": age, "directionalIc": ic})
    return found


def aged(results: list[Result], model: str, age: int) -> tuple[np.ndarray, ...]:
    """Time, symbol, long minus short as said and as realised."""
    if age:
        return tuple(pooled(results, f"later/{age}/{key}") for key in ("time", "symbol", model, "y"))
    of = of_layer(pooled_arrays(results, ("signal",)), "signal", model)
    return of["time"], of["symbol"], difference(of["raw"]), difference(of["y"])


def carries(options: Options, data: Dataset, results: list[Result], days: int) -> list[dict[str, Any]]:
    """Of the signal that serves; groups that no fold's member reads are left out."""
    if not results or "signal" not in options.serve:
        return []
    of = of_layer(pooled_arrays(results, ("signal",)), "signal", options.serve["signal"])
    blocks = Blocks(of["time"], days)
    found = []
    for group, places in groups_of(data.columns).items():
        key = f"carries/{group}"
        if any(key in result.arrays for result in results):
            own = [result.arrays.get(key, difference(result.arrays[f"signal/{options.serve['signal']}/raw"])) for result in results]
            drop = blocks.drop(difference(of["raw"]), np.concatenate(own), difference(of["y"]))
            found.append({"group": group, "columns": len(places), "drop": drop})
    return sorted(found, key=lambda carry: -carry["drop"]["value"])
