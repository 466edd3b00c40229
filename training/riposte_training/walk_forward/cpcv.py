"""Combinatorial purged cross-validation (AFML 12): every choice of some groups of time is judged by a member of all the others."""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from ..columns import correlation
from ..dataset import Dataset
from ..evaluate import said_of
from ..folds import Gap, blocks, outside
from ..layers import SIGNAL
from ..member import train_member
from .fold import difference
from .ground import Ground
from .options import Options
from .result import Result
from .trades import signal_trades

TRADES = "cpcv.csv"
"""File of the label trades: those of trades.csv, with the path in front."""


@dataclass(frozen=True)
class Plan:
    """`groups` of equal time; combinations in lexicographic order."""

    groups: int
    tested: int

    @property
    def combinations(self) -> list[tuple[int, ...]]:
        return list(combinations(range(self.groups), self.tested))

    @property
    def paths(self) -> list[list[int]]:
        """Path → group → the combination that speaks in it: path p has of each group the p-th combination that judges it."""
        judging = [[c for c, tested in enumerate(self.combinations) if group in tested] for group in range(self.groups)]
        return [list(path) for path in zip(*judging, strict=True)]


def split(time: np.ndarray, known: np.ndarray, group: np.ndarray, tested: tuple[int, ...], gap: Gap) -> np.ndarray:
    """Mask of the training rows: purged and embargoed on both sides of each group that is judged."""
    learnt = np.ones(len(time), bool)
    for number in tested:
        learnt &= outside(time, known, group == number, gap)
    require_apart(time, known, learnt, np.isin(group, tested), gap)
    return learnt


def require_apart(time: np.ndarray, known: np.ndarray, learnt: np.ndarray, judged: np.ndarray, gap: Gap) -> None:
    """Throws when the life of a training label touches that of a judged one: a broken promise of this program."""
    ends = known + gap.bar_ms
    order = np.argsort(time[judged], kind="stable")
    begin, end = time[judged][order], np.maximum.accumulate(ends[judged][order])
    last = np.searchsorted(begin, ends[learnt]) - 1
    # Of the judged labels that begin before a training label ends, one ends behind its beginning.
    if ((last >= 0) & (end[np.maximum(last, 0)] > time[learnt])).any():
        raise AssertionError("purge: a training label and a judged one are open at the same time")


def plan_of(options: Options) -> Plan:
    return Plan(*(options.cpcv or (1, 1)))


def judge_combination(options: Options, ground: Ground, number: int) -> Result:
    """Combination `number`, from 1, by the signal that serves."""
    plan, rows = plan_of(options), ground.rows["signal"]
    tested, group = plan.combinations[number - 1], blocks(rows.time, plan.groups)
    learnt, judged = split(rows.time, rows.known, group, tested, ground.gap), np.isin(group, tested)
    train, test = rows.at(learnt), rows.at(judged)
    member = train_member(SIGNAL, options.serve["signal"], train, ground.gap, options.seed, options.columns == "chosen")
    said = said_of(member, train, test)
    said.pop("weights")
    return Result({**said, "group": group[judged]}, {"rows": {"train": len(train), "test": len(test)}}, {})


def cpcv_of(options: Options, data: Dataset, results: dict[int, Result | str]) -> tuple[dict[str, Any] | None, list[tuple]]:
    """What walk.json says of it, and the label trades of each path. Without one of the combinations there are no paths."""
    if options.cpcv is None:
        return None, []
    plan = plan_of(options)
    failed = {number: result for number, result in sorted(results.items()) if isinstance(result, str)}
    said = {number: result.arrays for number, result in results.items() if isinstance(result, Result)}
    paths = [] if failed else [path_of(said, path) for path in plan.paths]
    document = {
        "groups": plan.groups,
        "testGroups": plan.tested,
        "combinations": len(plan.combinations),
        "model": options.serve["signal"],
        "failed": [{"combination": number, "reason": reason} for number, reason in failed.items()],
        "paths": [{name: path_figures(path, number) for number, name in enumerate(data.names)} for path in paths],
        "trades": TRADES,
    }
    trades = [
        (number, *trade) for number, path in enumerate(paths, 1) for trade in signal_trades(options, data, options.serve["signal"], path)
    ]
    return document, trades


def path_of(said: dict[int, dict[str, np.ndarray]], path: list[int]) -> dict[str, np.ndarray]:
    """The rows of all groups, each as said by its combination of the path."""
    parts = [(said[combination + 1], group) for group, combination in enumerate(path)]
    keys = ("time", "symbol", "y", "raw", "belief")
    return {key: np.concatenate([of[key][of["group"] == group] for of, group in parts]) for key in keys}


def path_figures(path: dict[str, np.ndarray], symbol: int) -> dict[str, float]:
    at = path["symbol"] == symbol
    return {"directionalIc": correlation(difference(path["raw"][at]), difference(path["y"][at]))}
