"""The command line: checks what was asked for, trains, judges, writes."""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from .layers import LAYERS
from .problem import Problem


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Problem(f"{message}; see npm run train -- --help")


def parser() -> argparse.ArgumentParser:
    p = Parser(prog="npm run train --", description="Trains members of L1 and L3 on a dataset of `npm run dataset`.")
    p.add_argument("--layer", choices=sorted(LAYERS))
    p.add_argument("--model", help="regime: logit, lightgbm, ensemble; signal: ridge, lightgbm, xgboost, catboost, ensemble")
    p.add_argument("--all", action="store_true", help="every model of every layer")
    p.add_argument("--dataset", type=Path, default=Path("out/dataset"), help="folder of the dataset (default out/dataset)")
    p.add_argument("--symbols", help="BTCUSDT,ETHUSDT (default: all of the dataset)")
    p.add_argument("--from", dest="from_ms", type=moment, default=0, metavar="DATE", help="first day, UTC (default: the dataset's)")
    p.add_argument("--to", dest="to_ms", type=moment, default=1 << 52, metavar="DATE", help="day behind the last one")
    p.add_argument("--every", type=positive, default=15, metavar="BARS", help="a row every so many bars (default 15)")
    p.add_argument("--embargo", type=positive, default=241, metavar="BARS", help="between training and judged rows (default 241)")
    p.add_argument("--cost", type=float, default=0.001, help="round trip, fraction of the entry (default 0.001)")
    p.add_argument("--columns", choices=("chosen", "all"), default="chosen", help="chosen: by permutation inside the training window")
    p.add_argument(
        "--stack", default="", help="regime,pattern: layers before L3 whose belief columns it reads; regime=logit@1: cross-fitted"
    )
    p.add_argument(
        "--calibration",
        choices=("blocks", "earlier"),
        default="blocks",
        help="earlier: with --evaluate, a signal is calibrated on the months judged before as well",
    )
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--search", type=positive, metavar="N", help="try N configurations on the purged blocks of the training rows")
    p.add_argument("--evaluate", action="store_true", help="judge by a walk-forward (6 months, then 1) before training the member")
    p.add_argument("--no-member", action="store_true", help="with --evaluate: write no member")
    p.add_argument("--out", type=Path, default=Path("models"), help="folder of the members (default models)")
    p.add_argument("--name", help="name of the member (default: the model)")
    p.add_argument("--version", help="default: the next free number")
    p.add_argument("--work", type=Path, default=Path("out/training"), help="finished folds and the ledger (default out/training)")
    p.add_argument("--logs", type=Path, default=Path("logs/tensorboard"), help="TensorBoard (default logs/tensorboard)")
    return p


def moment(text: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no date such as 2023-01-01") from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of bars")
    return int(text)


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
    say: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True)  # noqa: E731
    work = Path("out/training")
    try:
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
