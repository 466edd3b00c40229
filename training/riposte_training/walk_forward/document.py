"""walk.json, the label trades, and the lines that are printed."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from ..dataset import Dataset
from ..folds import DAY_MS, Fold
from .figures import by_model, carries, decay, fold_regime, fold_signal, of_layer, pooled_arrays
from .ground import Ground
from .options import Options
from .result import FORMAT, Result
from .trades import Trade, signal_trades

BLOCK_DAYS, SHORT_DAYS = 5, 90
"""Days of a block of the bootstrap; of one day where less than `SHORT_DAYS` are judged."""


def document_of(options: Options, ground: Ground, identity: dict[str, Any], results: dict[int, Result | str]) -> dict[str, Any]:
    """All of walk.json but `cpcv` and `seconds`. `results` by the number of the fold."""
    good = [result for _, result in sorted(results.items()) if isinstance(result, Result)]
    judged = ground.folds[-1].to_ms - ground.folds[0].test_ms
    days = 1 if judged < SHORT_DAYS * DAY_MS else BLOCK_DAYS
    steps = options.steps
    return {
        "format": FORMAT,
        "identity": identity,
        "identitySha256": hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest(),
        "datasetSha256": ground.data.about["datasetSha256"],
        "symbols": ground.data.names,
        **{name: f"{getattr(steps, name)}{steps.unit}" for name in ("train", "test", "step")},
        "every": options.every,
        "cost": options.cost,
        "seed": options.seed,
        "blockDays": days,
        "models": {layer: list(models) for layer, models in options.models.items()},
        "serve": options.serve,
        "folds": [fold_of(options, ground, number, fold, results[number]) for number, fold in enumerate(ground.folds, 1)],
        **by_model(options, ground.data, good, days),
        "decay": decay(options, ground.data, good, days),
        "carries": carries(options, ground.data, good, days),
    }


def fold_of(options: Options, ground: Ground, number: int, fold: Fold, result: Result | str) -> dict[str, Any]:
    span = {"number": number, "name": fold.name, "trainFromMs": fold.from_ms, "testFromMs": fold.test_ms, "testToMs": fold.to_ms}
    if isinstance(result, str):
        zero = {"rows": {"train": 0, "test": 0}, "clusters": {"train": 0, "test": 0}, "leftOut": [], "seconds": {"model": 0, "wall": 0}}
        return {**span, "failed": result, **zero, "signal": {}, "regime": {}, "columns": {}}
    figures = {"signal": fold_signal, "regime": fold_regime}
    by_symbol = lambda of, model: {name: of(result, model, i) for i, name in enumerate(ground.data.names)}  # noqa: E731
    return {
        **span,
        "failed": None,
        **{name: result.about[name] for name in ("rows", "clusters", "leftOut", "seconds")},
        **{layer: {model: by_symbol(of, model) for model in options.models[layer]} for layer, of in figures.items()},
        "columns": result.about["columns"],
    }


def label_trades(options: Options, data: Dataset, results: list[Result]) -> Iterator[Trade]:
    """Of every signal model over all folds."""
    arrays = pooled_arrays(results, ("signal",)) if results else {}
    for model in options.models["signal"] if results else ():
        yield from signal_trades(options, data, model, of_layer(arrays, "signal", model))


def lines_of(document: dict[str, Any]) -> Iterator[str]:
    good = sum(fold["failed"] is None for fold in document["folds"])
    for layer in ("signal", "regime"):
        for model, symbols in document[layer].items():
            for symbol, figures in symbols.items():
                shown = [f"{name} {told(f)}" for name, f in figures.items() if isinstance(f, dict)]
                yield f"{layer} {model} {symbol}, {good} folds: {', '.join(shown)}"


def told(figure: dict[str, Any]) -> str:
    low, high = figure["interval"]
    return f"{figure['value']:.4f} [{low:.4f}, {high:.4f}]"
