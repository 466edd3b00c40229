"""The command line: checks what was asked for, trains, judges, writes."""

import argparse
import sys
from pathlib import Path

from .arguments import Parser, add_shared, positive
from .layers import LAYERS
from .problem import Problem


def parser() -> argparse.ArgumentParser:
    p = Parser("npm run train", description="Trains members of L1 and L3 on a dataset of `npm run dataset`.")
    p.add_argument("--layer", choices=sorted(LAYERS))
    p.add_argument("--model", help="regime: logit, lightgbm, ensemble; signal: ridge, lightgbm, xgboost, catboost, ensemble")
    p.add_argument("--all", action="store_true", help="every model of every layer")
    add_shared(p)
    p.add_argument(
        "--stack", default="", help="regime,pattern: layers before L3 whose belief columns it reads; regime=logit@1: cross-fitted"
    )
    p.add_argument(
        "--calibration",
        choices=("blocks", "earlier"),
        default="blocks",
        help="earlier: with --evaluate, a signal is calibrated on the months judged before as well",
    )
    p.add_argument("--search", type=positive, metavar="N", help="try N configurations on the purged blocks of the training rows")
    p.add_argument("--evaluate", action="store_true", help="judge by a walk-forward (6 months, then 1) before training the member")
    p.add_argument("--no-member", action="store_true", help="with --evaluate: write no member")
    p.add_argument("--out", type=Path, default=Path("models"), help="folder of the members (default models)")
    p.add_argument("--name", help="name of the member (default: the model)")
    p.add_argument("--version", help="default: the next free number")
    p.add_argument("--work", type=Path, default=Path("out/training"), help="finished folds and the ledger (default out/training)")
    p.add_argument("--logs", type=Path, default=Path("logs/tensorboard"), help="TensorBoard (default logs/tensorboard)")
    return p


def jobs_of(args: argparse.Namespace) -> list[tuple[str, str]]:
    if args.search and (args.evaluate or args.all or args.model == "ensemble"):
        raise Problem(
            "--search tries one model on all the rows it is given: leave out --evaluate, --all and ensemble, and judge it on later months"
        )
    if args.calibration == "earlier" and not args.evaluate:
        raise Problem("--calibration earlier learns from the months that --evaluate judges: give both")
    if args.all:
        return [(layer.name, model) for layer in LAYERS.values() for model in layer.models if not args.layer or args.layer == layer.name]
    if not args.layer or not args.model:
        raise Problem("say what to train: --layer regime|signal --model NAME, or --all")
    if args.model not in LAYERS[args.layer].models:
        raise Problem(f"--model {args.model}: the {args.layer} layer has {', '.join(LAYERS[args.layer].models)}")
    return [(args.layer, args.model)]


def main(argv: list[str]) -> int:
    """`walk …` is the walk-forward of every model side by side; all else trains."""
    work = Path("out/training")
    try:
        if argv[:1] == ["walk"]:
            from .walk_forward.command import walk

            return walk(argv[1:], say)
        args = parser().parse_args(argv)
        work = args.work
        jobs = jobs_of(args)
        from .packages import require_packages

        require_packages()
        from .train import train

        for line in train(args, jobs, say):
            print(line, flush=True)
        return 0
    except Problem as problem:
        say(f"train: {problem}")
        return 1
    except MemoryError:
        say("train: there is not enough memory: give a shorter span, fewer --symbols or a larger --every")
        return 1
    except KeyboardInterrupt:
        say(f"train: stopped; finished folds are kept in {work}, and no member was written half")
        return 130


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
