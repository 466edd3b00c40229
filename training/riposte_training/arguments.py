"""Arguments that every command has."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from .problem import Problem


class Parser(argparse.ArgumentParser):
    def __init__(self, command: str, description: str) -> None:
        super().__init__(prog=f"{command} --", description=description)
        self.command = command

    def error(self, message: str) -> NoReturn:
        raise Problem(f"{message}; see {self.command} -- --help")


def add_shared(p: argparse.ArgumentParser) -> None:
    """The rows and how they are learnt from."""
    p.add_argument("--dataset", type=Path, default=Path("out/dataset"), help="folder of the dataset (default out/dataset)")
    p.add_argument("--symbols", help="BTCUSDT,ETHUSDT (default: all of the dataset)")
    p.add_argument("--from", dest="from_ms", type=moment, default=0, metavar="DATE", help="first day, UTC (default: the dataset's)")
    p.add_argument("--to", dest="to_ms", type=moment, default=1 << 52, metavar="DATE", help="day behind the last one")
    p.add_argument("--every", type=positive, default=15, metavar="BARS", help="a row every so many bars (default 15)")
    p.add_argument("--embargo", type=positive, default=241, metavar="BARS", help="between training and judged rows (default 241)")
    p.add_argument("--cost", type=float, default=0.001, help="round trip, fraction of the entry (default 0.001)")
    p.add_argument("--columns", choices=("chosen", "all"), default="chosen", help="chosen: by permutation inside the training window")
    p.add_argument("--seed", type=int, default=1)


def moment(text: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no date such as 2023-01-01") from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no whole number above 0")
    return int(text)
