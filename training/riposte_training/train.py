"""One run: for every layer and model a walk-forward where asked for, then the member on all rows."""

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .artefact import write_member
from .board import Board
from .dataset import Dataset, read_dataset
from .evaluate import cache_key, run_folds, walk_forward_figures
from .folds import Gap, month_ms, month_of
from .layers import LAYERS, Layer
from .member import Member, train_member
from .metrics import signal_figures, nats
from .packages import recorded
from .problem import Problem
from .rows import Rows, regime_rows, signal_rows, with_rule

RECIPE = 1
"""Rises with every change that gives other numbers: folds that were kept are then none."""


def train(args: argparse.Namespace, jobs: list[tuple[str, str]], say: Callable[[str], None]) -> Iterator[str]:
    """Yields one line a result."""
    symbols = args.symbols.split(",") if args.symbols else None
    data = read_dataset(args.dataset, symbols, args.from_ms, args.to_ms, args.every)
    gap = Gap(data.bar_ms, args.embargo * data.bar_ms)
    if data.horizon_ms > gap.embargo_ms:
        raise Problem(f"--embargo {args.embargo}: the labels look {data.horizon_ms // data.bar_ms} bars ahead, and it must be longer")
    say(f"{sum(len(s) for s in data.symbols)} rows of {', '.join(s.name for s in data.symbols)}, {len(data.columns)} columns")
    for layer_name, model in jobs:
        yield from one(args, data, gap, LAYERS[layer_name], model, say)


def one(args: argparse.Namespace, data: Dataset, gap: Gap, layer: Layer, model: str, say: Callable[[str], None]) -> Iterator[str]:
    rows = rows_of(args, data, layer, model)
    options = {"seed": args.seed, "chosen": args.columns == "chosen", "extra": stacked(args, rows, layer)}
    key = cache_key({"recipe": RECIPE, "layer": layer.name, "model": model, **identity(args, data), "packages": recorded()})
    metrics: dict[str, Any] = {}
    kept = args.work / "folds" / key
    if args.evaluate:
        span = whole_months(rows)
        folds = run_folds(layer, model, rows, span, gap, options, kept, lambda line: say(f"{layer.name} {model}: {line}"))
        figures = walk_forward_figures(layer, folds, [s.name for s in data.symbols])
        (kept / "figures.json").write_text(json.dumps(figures, indent=1))
        Board(args.logs / f"{layer.name}-{model}-{key}").folds(layer, folds)
        yield from lines_of(layer, model, figures)
    if (kept / "figures.json").is_file():
        metrics["walkForward"] = json.loads((kept / "figures.json").read_text())
    if args.no_member:
        return
    member = train_member(layer, model, rows, gap, **options)
    metrics["crossFitted"] = own_figures(layer, member, rows)
    about = {"training": training_of(args, data, rows, gap, layer), "metrics": metrics, "upstreams": upstreams(args)}
    folder = write_member(member, rows.x, data, about, args.out, args.name or model, args.version)
    say(f"left out, because it comes or goes in the training rows: {', '.join(member.left_out)}") if member.left_out else None
    yield f"wrote {folder}"


def rows_of(args: argparse.Namespace, data: Dataset, layer: Layer, model: str) -> Rows:
    rows = regime_rows(data) if layer.name == "regime" else signal_rows(data, args.cost)
    return with_rule(rows, layer.name) if model == "ensemble" and (layer.name == "regime" or rows.places("signal")) else rows


def stacked(args: argparse.Namespace, rows: Rows, layer: Layer) -> tuple[int, ...]:
    """Places of the belief columns that a signal reads beside the features."""
    layers = [part.split("=")[0] for part in args.stack.split(",") if part]
    unknown = [name for name in layers if name not in ("regime", "pattern")]
    if unknown:
        raise Problem(f"--stack {unknown[0]}: the layers before L3 are regime and pattern")
    if layer.name != "signal":
        return ()
    for name in layers:
        if not rows.places(name):
            raise Problem(f"--stack {name}: the dataset has no {name} columns, write it with --beliefs")
    return tuple(place for name in layers for place in rows.places(name))


def upstreams(args: argparse.Namespace) -> dict[str, Any]:
    return {part.split("=")[0]: {"member": "rule", "sha256": None} for part in args.stack.split(",") if part}


def identity(args: argparse.Namespace, data: Dataset) -> dict[str, Any]:
    """What the numbers depend on."""
    asked = {n: getattr(args, n) for n in ("from_ms", "to_ms", "every", "embargo", "cost", "columns", "stack", "seed")}
    return {**asked, "dataset": data.about["datasetSha256"], "symbols": [s.name for s in data.symbols]}


def whole_months(rows: Rows) -> tuple[int, int]:
    """From the month of the first row to the end of the month of the last one."""
    return int(rows.time.min()), month_ms(month_of(int(rows.time.max())) + 1)


def own_figures(layer: Layer, member: Member, rows: Rows) -> dict[str, float]:
    at = ~np.isnan(member.cross_fitted[:, 0])
    belief, y = member.cross_fitted[at], rows.y[at]
    if layer.name == "regime":
        return {"logLoss": float(nats(belief, y).mean())}
    figures = signal_figures(belief[:, 3:5], belief, y, rows.time[at])
    return {"directionalIc": float(figures["directionalIc"]["value"])}  # type: ignore[arg-type]


def training_of(args: argparse.Namespace, data: Dataset, rows: Rows, gap: Gap, layer: Layer) -> dict[str, Any]:
    signal = layer.name == "signal"
    return {
        "datasetSha256": data.about["datasetSha256"],
        "symbols": [s.name for s in data.symbols],
        "fromMs": int(rows.time.min()),
        "toMs": int(rows.known.max()),
        "embargoMs": gap.embargo_ms,
        "everyBars": args.every,
        "rows": len(rows),
        "seed": args.seed,
        "labels": data.about["labels"] if signal else {"kind": "regimeTarget", "bars": 240},
        "roundTripCost": args.cost if signal else None,
        "recipe": f"{RECIPE}, fixed configuration, columns {args.columns if signal else 'fixed'}",
        "packages": recorded(),
    }


def lines_of(layer: Layer, model: str, figures: dict[str, Any]) -> Iterator[str]:
    for symbol, of in figures["symbols"].items():
        shown = [f"{name} {f['value']:.4f} [{f['interval'][0]:.4f}, {f['interval'][1]:.4f}]" for name, f in of.items()]
        better = figures.get("foldsBetterThanRule", {}).get(symbol)
        yield f"{layer.name} {model} {symbol}, {figures['folds']} folds: {', '.join(shown)}" + (f", better than the rule in {better}" if better is not None else "")
