"""What was asked for, checked; workers get it as it is."""

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

from ..arguments import Parser, add_shared, positive
from ..folds import Steps
from ..layers import LAYERS
from ..problem import Problem


@dataclass(frozen=True)
class Options:
    dataset: Path
    work: Path
    symbols: tuple[str, ...]
    """None named: all of the dataset."""
    from_ms: int
    to_ms: int
    steps: Steps
    every: int
    embargo: int
    cost: float
    columns: str
    seed: int
    models: dict[str, tuple[str, ...]]
    """By layer, in the layer's order."""
    serve: dict[str, str]
    """The model of each layer that members are written of."""
    costs: tuple[float, ...]
    """Round trips of the label trades."""
    cpcv: tuple[int, int] | None
    """Groups, and how many of them a combination judges."""
    jobs: int
    ray: str | None
    members: bool
    calibrated: bool
    """Else predictions are judged as they are, and no member is written."""


def parser() -> argparse.ArgumentParser:
    p = Parser("npm run walk-forward", description="Trains every month on the months before, judges it, writes its members.")
    add_shared(p)
    p.add_argument("--work", type=Path, default=Path("out/walk"), help="finished folds, members and results (default out/walk)")
    for name, default in (("train", "6m"), ("test", "1m"), ("step", "1m")):
        p.add_argument(f"--{name}", type=span, default=default, metavar="6m|180d", help=f"calendar months or days (default {default})")
    p.add_argument("--signal", default=",".join(LAYERS["signal"].models), help="models to judge; ridge is always beside")
    p.add_argument("--regime", default=",".join(LAYERS["regime"].models), help="models to judge; empty: none")
    p.add_argument("--serve", default="", help="signal=ensemble,regime=logit: of which members are written (default: the ensemble)")
    p.add_argument("--costs", default="0,0.0004,0.001", help="round trips of the label trades (default 0,0.0004,0.001)")
    p.add_argument("--cpcv", type=groups, metavar="N,K", help="judge what serves on every choice of K of N groups of time as well")
    p.add_argument("--jobs", type=positive, metavar="N", help="processes (default: cores)")
    p.add_argument("--ray", metavar="ADDRESS", help="folds on this Ray cluster, which reads the dataset at the same path")
    p.add_argument("--calibration", choices=("blocks", "none"), default="blocks", help="none: raw predictions only, and no members")
    p.add_argument("--no-members", action="store_true", help="write no members")
    return p


def span(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"([1-9][0-9]{0,3})([md])", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text} is no number of months or days such as 6m or 180d")
    return int(found[1]), found[2]


def groups(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([1-9][0-9]?),([1-9][0-9]?)", text)
    if not found or int(found[2]) >= int(found[1]):
        raise argparse.ArgumentTypeError(f"{text}: give the groups and fewer of them to judge, such as 6,2")
    return int(found[1]), int(found[2])


def options_of(argv: list[str], cores: int) -> Options:
    args = parser().parse_args(argv)
    models = {layer: models_of(layer, getattr(args, layer)) for layer in ("signal", "regime")}
    if not any(models.values()):
        raise Problem("--signal and --regime are empty: name a model of at least one")
    serve = serve_of(args.serve, models, {layer: listed(getattr(args, layer)) for layer in models})
    if args.cpcv and "signal" not in serve:
        raise Problem("--cpcv judges the signal that serves: name one with --signal")
    if args.cpcv and args.calibration == "none":
        raise Problem("--cpcv judges calibrated members: leave --calibration out")
    return Options(
        dataset=args.dataset.absolute(),
        work=args.work,
        symbols=tuple(listed(args.symbols or "")),
        from_ms=args.from_ms,
        to_ms=args.to_ms,
        steps=steps_of(args.train, args.test, args.step),
        every=args.every,
        embargo=args.embargo,
        cost=args.cost,
        columns=args.columns,
        seed=args.seed,
        models=models,
        serve=serve,
        costs=costs_of(args.costs),
        cpcv=args.cpcv,
        jobs=args.jobs or cores,
        ray=args.ray,
        members=not args.no_members and args.calibration == "blocks",
        calibrated=args.calibration == "blocks",
    )


def listed(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def models_of(layer: str, text: str) -> tuple[str, ...]:
    asked = listed(text)
    there = LAYERS[layer].models
    for name in asked:
        if name not in there:
            raise Problem(f"--{layer} {name}: the {layer} layer has {', '.join(there)}")
    beside = {"ridge"} if layer == "signal" and asked else set()
    return tuple(name for name in there if name in {*asked, *beside})


def serve_of(text: str, models: dict[str, tuple[str, ...]], asked: dict[str, list[str]]) -> dict[str, str]:
    serve = {layer: "ensemble" if "ensemble" in names else names[-1] for layer, names in asked.items() if names}
    for part in listed(text):
        layer, _, model = part.partition("=")
        if model not in models.get(layer, ()):
            raise Problem(f"--serve {part}: it is none of the models that are judged")
        serve[layer] = model
    return serve


def costs_of(text: str) -> tuple[float, ...]:
    try:
        costs = sorted({float(part) for part in listed(text)})
    except ValueError:
        raise Problem(f"--costs {text}: give fractions of the entry such as 0,0.001") from None
    if any(not 0 <= cost < 1 for cost in costs):
        raise Problem(f"--costs {text}: a round trip costs a fraction of the entry, from 0 to 1")
    return tuple(costs)


def steps_of(train: tuple[int, str], test: tuple[int, str], step: tuple[int, str]) -> Steps:
    if len({unit for _, unit in (train, test, step)}) > 1:
        raise Problem("--train, --test and --step: give all three in months or all three in days")
    if step[0] < test[0]:
        raise Problem(f"--step {step[0]}{step[1]} is shorter than --test: rows would be judged twice")
    return Steps(train[1], train[0], test[0], step[0])
