"""Trains a member on rows: columns, cross-fitted blocks, weights, calibration, and the parts on all rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .columns import usable
from .combine import regime_belief, signal_belief
from .families import MASK_OF
from .folds import BLOCKS, Gap, before, blocks, outside, require_purged
from .layers import Columns, Earlier, Layer, Settings
from .parts import Part
from .problem import Problem
from .rows import STATES, Rows

LEAST_ROWS = 500
"""Fewer rows than this fit nothing."""


@dataclass(frozen=True)
class Member:
    """Parts read places of the training matrix whose columns are `names`."""

    layer: Layer
    names: tuple[str, ...]
    parts: tuple[Part, ...]
    weights: tuple[float, ...]
    calibration: dict[str, Any]
    masks: dict[str, float]
    left_out: tuple[str, ...]
    """Masks of the families that come or go in the training rows."""
    cross_fitted: np.ndarray
    """Beliefs of the training rows by parts that did not see them; NaN where no block judged a row."""

    def raws(self, x: np.ndarray) -> list[np.ndarray]:
        return [part.raw(x) for part in self.parts]

    def belief(self, raws: list[np.ndarray]) -> np.ndarray:
        """[rows, 7] probabilities or [rows, 6] numbers of a signal."""
        kinds = [part.kind for part in self.parts]
        lists = [raw.tolist() for raw in raws]
        return np.array([belief_of(self.layer.name, kinds, self.weights, row, self.calibration) for row in zip(*lists, strict=True)])


def belief_of(
    layer: str, kinds: list[str], weights: tuple[float, ...], raws: tuple[list[float], ...], numbers: dict[str, Any]
) -> list[float]:
    if layer == "regime":
        return regime_belief(kinds, weights, raws, numbers["temperature"])
    return signal_belief(weights, raws, numbers)


def train_member(
    layer: Layer,
    model: str,
    rows: Rows,
    gap: Gap,
    seed: int,
    chosen: bool = True,
    extra: tuple[int, ...] = (),
    settings: Settings | None = None,
    earlier: Earlier | None = None,
) -> Member:
    """`extra`: places of belief columns that every model reads beside the features that are chosen."""
    require_rows(layer, rows)
    rule = rows.places(layer.name)
    names = layer.parts_of(model, bool(rule))
    features = [n if "." not in n else "" for n in rows.names]
    kept, masks, left_out = usable(rows.x, features)
    kept = [i for i in kept if features[i]]
    choices = [[sorted({*read, *extra}) for read in columns] for columns in layer.columns(rows, kept, gap, seed, chosen)]
    fitted = lambda at, columns: [part_of(layer, name, at, columns, seed, rule, settings or {}) for name in names]  # noqa: E731
    raws, judged, count = cross_fit(fitted, rows, choices[1:], gap, layer.outputs)
    kinds = ["rule" if name == "rule" else "model" for name in names]
    known = [raw[judged] for raw in raws]
    weights = layer.weigh(kinds, known, rows.y[judged])
    numbers = {"blocks": count, **layer.calibrate(kinds, weights, known, rows.y[judged], earlier)}
    parts = fitted(rows, choices[0])
    member = Member(layer, rows.names, tuple(parts), tuple(weights), numbers, masks, tuple(left_out), np.empty(0))
    spoken = member.belief(known)
    beliefs = np.full((len(rows), spoken.shape[1]), np.nan)
    beliefs[judged] = spoken
    return Member(**{**member.__dict__, "cross_fitted": beliefs, "masks": masks_read(member)})


def part_of(layer: Layer, name: str, rows: Rows, columns: Columns, seed: int, rule: tuple[int, ...], settings: Settings) -> Part:
    """The rule learns online and has nothing to fit; of a signal its two net returns are the raw scores."""
    if name != "rule":
        return layer.fit(name, rows, columns, seed, settings)
    return Part("rule", (), rule[3:5] if layer.name == "signal" else rule)


def cross_fit(fitted: Any, rows: Rows, choices: list[Columns], gap: Gap, outputs: int) -> tuple[list[np.ndarray], np.ndarray, int]:
    """Raw scores of each row by parts of the other blocks, which rows have them, and how many blocks there were."""
    block = blocks(rows.time)
    judged = np.zeros(len(rows), bool)
    raws: list[np.ndarray] = []
    count = 0
    for b in range(BLOCKS):
        own = block == b
        if not own.any():
            continue
        learnt = outside(rows.time, rows.known, own, gap)
        if int(learnt.sum()) < LEAST_ROWS // 2:
            continue
        parts = fitted(rows.at(learnt), choices[b])
        raws = raws or [np.full((len(rows), outputs), np.nan) for _ in parts]
        for raw, part in zip(raws, parts, strict=True):
            raw[own] = part.raw(rows.x[own])
        judged |= own
        count += 1
    if not raws:
        raise Problem(f"{len(rows)} rows are too few to calibrate on blocks of them: train on a longer span")
    return raws, judged, count


def masks_read(member: Member) -> dict[str, float]:
    """Only masks of families that a part reads: what it does not read may come and go."""
    read = {member.names[i] for part in member.parts for i in part.columns()}
    return {mask: value for mask, value in member.masks.items() if any(MASK_OF.get(name) == mask for name in read)}


def require_rows(layer: Layer, rows: Rows) -> None:
    if len(rows) < LEAST_ROWS:
        raise Problem(f"{len(rows)} training rows are too few: {LEAST_ROWS} are needed, give a longer span or a smaller --every")
    if layer.name == "regime":
        absent = [state for k, state in enumerate(STATES) if not (rows.y == k).any()]
        if absent:
            raise Problem(f"no training row is followed by the state {absent[0]}: train on a longer span or on more symbols")


def training_rows(rows: Rows, from_ms: int, test_ms: int, gap: Gap) -> Rows:
    """Rows of [from_ms, test_ms) whose labels were known in time."""
    train = rows.at((rows.time >= from_ms) & before(rows.time, rows.known, test_ms, gap))
    require_purged(train.time, train.known, test_ms, gap)
    return train
