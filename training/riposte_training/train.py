"""One run: for every layer and model a walk-forward where asked for, then the member on all rows."""

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .artefact import write_member
from .board import Board
from .dataset import Dataset, read_dataset
from .evaluate import cache_key, kept_folds, run_folds, said_earlier, walk_forward_figures
from .folds import Gap, Steps
from .layers import LAYERS, Layer, Settings
from .looks import record
from .member import train_member
from .packages import recorded
from .problem import Problem
from .recipe import RECIPE, own_figures, training_of
from .rows import Rows, regime_rows, rows_of, with_rule
from .search import search
from .stack import Upstream, parse_stack, upstream_of


@dataclass(frozen=True)
class Job:
    """One member to judge and to write."""

    args: argparse.Namespace
    data: Dataset
    gap: Gap
    layer: Layer
    model: str
    rows: Rows
    stack: dict[str, str]
    upstream: Upstream | None
    say: Callable[[str], None]

    @property
    def options(self) -> dict[str, Any]:
        chosen = self.args.columns == "chosen"
        return {"seed": self.args.seed, "chosen": chosen, "extra": places_of(self.stack, self.rows)}

    @property
    def refined(self) -> bool:
        """Whether judged months help to calibrate. A regime, which has one temperature, keeps to its blocks."""
        return self.layer.name == "signal" and self.args.calibration == "earlier"

    @property
    def identity(self) -> dict[str, Any]:
        """Everything that its numbers depend on."""
        asked = {n: getattr(self.args, n) for n in ("from_ms", "to_ms", "every", "embargo", "cost", "columns", "seed")}
        about = {"dataset": self.data.about["datasetSha256"], "symbols": self.data.names, "stack": self.stack}
        behind = self.upstream.sha256 if self.upstream else None
        of = {"recipe": RECIPE, "layer": self.layer.name, "model": self.model, "upstream": behind, "packages": recorded()}
        return {**asked, **about, **of, **({"calibration": "earlier"} if self.refined else {})}

    @property
    def kept(self) -> Path:
        """Folder of its finished folds."""
        return self.args.work / "folds" / cache_key(self.identity)

    def look(self, found: dict[str, Any]) -> None:
        """Puts a configuration that was judged into the ledger."""
        count = record(self.args.work, {**self.identity, **found})
        self.say(f"looks in {self.args.work / 'looks.jsonl'}: {count}")


def train(args: argparse.Namespace, jobs: list[tuple[str, str]], say: Callable[[str], None]) -> Iterator[str]:
    """Yields one line a result."""
    symbols = args.symbols.split(",") if args.symbols else None
    data = read_dataset(args.dataset, symbols, args.from_ms, args.to_ms, args.every)
    gap = Gap(data.bar_ms, args.embargo * data.bar_ms)
    if data.horizon_ms > gap.embargo_ms:
        raise Problem(f"--embargo {args.embargo}: the labels look {data.horizon_ms // data.bar_ms} bars ahead, and it must be longer")
    say(f"{sum(len(s) for s in data.symbols)} rows of {', '.join(data.names)}, {len(data.columns)} columns")
    for layer_name, model in jobs:
        layer = LAYERS[layer_name]
        stack = parse_stack(args.stack) if layer.name == "signal" else {}
        upstream = upstream_of(stack.get("regime", ""), args.out, regime_for(data, stack), data.about, data.names)
        job = Job(args, data, gap, layer, model, rows_of(data, layer.name, model == "ensemble", args.cost), stack, upstream, say)
        if args.evaluate:
            yield from judged(job)
        if not args.no_member:
            yield f"wrote {written(job)}"


def judged(job: Job) -> Iterator[str]:
    """A line a symbol; the figures stay beside the folds, for the member's card."""
    tell = lambda line: job.say(f"{job.layer.name} {job.model}: {line}")  # noqa: E731
    span = whole_months(job.rows)
    folds = run_folds(job.layer, job.model, job.rows, span, job.gap, job.options, job.upstream, job.kept, tell, job.refined)
    figures = walk_forward_figures(job.layer, folds, job.data.names)
    (job.kept / "figures.json").write_text(json.dumps(figures, indent=1))
    Board(job.args.logs / f"{job.layer.name}-{job.model}-{job.kept.name}").folds(job.layer, folds)
    job.look({"figures": figures})
    yield from lines_of(job.layer, job.model, figures)


def written(job: Job) -> Path:
    """The folder of the member that all rows train."""
    rows = job.rows
    if job.upstream is not None:
        rows, _ = job.upstream.behind(rows, rows.at(np.zeros(len(rows), bool)), 0, 1 << 52, job.gap)
    settings = search(job.layer, job.model, rows, job.gap, job.options, job.args.search, job.look) if job.args.search else {}
    folds = kept_folds(whole_months(job.rows), job.kept) if job.refined else []
    earlier = said_earlier(job.rows, 1 << 52, job.gap, folds)
    member = train_member(job.layer, job.model, rows, job.gap, **job.options, settings=settings, earlier=earlier)
    if member.left_out:
        job.say(f"left out, because it comes or goes in the training rows: {', '.join(member.left_out)}")
    file = job.kept / "figures.json"
    walked = {"walkForward": json.loads(file.read_text())} if file.is_file() else {}
    sha = {"regime": job.upstream.sha256} if job.upstream else {}
    about = {
        "training": training_of(job.layer, job.data, rows, job.gap, job.args, recipe_of(job, settings)),
        "metrics": {"crossFitted": own_figures(job.layer, member, rows), **walked},
        "upstreams": {name: {"member": who, "sha256": sha.get(name)} for name, who in job.stack.items()},
    }
    return write_member(member, rows.x, job.data, about, job.args.out, job.args.name or job.model, job.args.version)


def recipe_of(job: Job, settings: Settings) -> str:
    calibration = ", calibrated on the judged months too" if job.refined else ""
    made = f"searched in {job.args.search} trials: {json.dumps(settings)}" if job.args.search else "fixed configuration"
    return f"{made}, columns {job.args.columns if job.layer.name == 'signal' else 'fixed'}{calibration}"


def places_of(stack: dict[str, str], rows: Rows) -> tuple[int, ...]:
    """Of the belief columns that a signal reads beside the features."""
    for name in stack:
        if not rows.places(name):
            raise Problem(f"--stack {name}: the dataset has no {name} columns, write it with --beliefs")
    return tuple(place for name in stack for place in rows.places(name))


def regime_for(data: Dataset, stack: dict[str, str]) -> Rows:
    """L1's rows, for a signal behind a trained L1."""
    rows = regime_rows(data)
    return with_rule(rows) if "@" in stack.get("regime", "") and rows.places("regime") else rows


def whole_months(rows: Rows) -> tuple[int, int]:
    return Steps().whole(int(rows.time.min()), int(rows.time.max()))


def lines_of(layer: Layer, model: str, figures: dict[str, Any]) -> Iterator[str]:
    for symbol, of in figures["symbols"].items():
        shown = [f"{name} {f['value']:.4f} [{f['interval'][0]:.4f}, {f['interval'][1]:.4f}]" for name, f in of.items()]
        better = figures.get("foldsBetterThanRule", {}).get(symbol)
        yield f"{layer.name} {model} {symbol}, {figures['folds']} folds: {', '.join(shown)}" + (
            f", better than the rule in {better}" if better is not None else ""
        )
