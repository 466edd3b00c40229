"""Trains members on rows: columns, cross-fitted blocks, weights, calibration, and the parts on all rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
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
from .stopwatch import timed

AS_IT_IS: dict[str, dict[str, Any]] = {
    "regime": {"temperature": 1.0},
    "signal": {side: {"intercept": 0.0, "slope": 1.0, "net": [0.0], "probability": [0.5]} for side in ("long", "short")},
}
"""Numbers of a calibration that changes nothing."""
LEAST_ROWS = 500
"""Fewer rows than this fit nothing."""
Fit = Callable[[Rows, Columns], dict[str, Part]]


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
    judged: np.ndarray
    """Mask of the training rows that a block judged."""
    known: list[np.ndarray]
    """Raw scores of those rows by parts that did not see them."""

    @cached_property
    def cross_fitted(self) -> np.ndarray:
        """Beliefs of the training rows by parts that did not see them; NaN where no block judged a row."""
        spoken = self.belief(self.known)
        beliefs = np.full((len(self.judged), spoken.shape[1]), np.nan)
        beliefs[self.judged] = spoken
        return beliefs

    def raws(self, x: np.ndarray) -> list[np.ndarray]:
        return [raw_of(part, x) for part in self.parts]

    @timed
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
    return train_family(layer, (model,), rows, gap, seed, chosen, extra, settings, earlier)[model]


def train_family(
    layer: Layer,
    models: Sequence[str],
    rows: Rows,
    gap: Gap,
    seed: int,
    chosen: bool = True,
    extra: tuple[int, ...] = (),
    settings: Settings | None = None,
    earlier: Earlier | None = None,
    calibrated: bool = True,
) -> dict[str, Member]:
    """Members of several models on the same rows. Each part is fitted once, so a member has the bits of one that is trained alone. Not
    `calibrated`: parts weigh the same, what they say is taken as it is, and nothing is fitted on blocks; such a member may not serve."""
    require_rows(layer, rows)
    rule = rows.places(layer.name)
    names_of = {model: layer.parts_of(model, bool(rule)) for model in models}
    names = list(dict.fromkeys(name for of in names_of.values() for name in of))
    features = [n if "." not in n else "" for n in rows.names]
    kept, masks, left_out = usable(rows.x, features)
    kept = [i for i in kept if features[i]]
    choices = [[sorted({*read, *extra}) for read in columns] for columns in timed(layer.columns)(rows, kept, gap, seed, chosen)]
    fitted: Fit = lambda at, columns: {n: part_of(layer, n, at, columns, seed, rule, settings or {}) for n in names}  # noqa: E731
    empty: tuple[dict[str, np.ndarray], np.ndarray, int] = {}, np.zeros(len(rows), bool), 0
    raws, judged, count = cross_fit(fitted, rows, choices[1:], gap, layer.outputs) if calibrated else empty
    parts = fitted(rows, choices[0])
    family = {}
    for model, of in names_of.items():
        kinds = ["rule" if name == "rule" else "model" for name in of]
        known = [raws[name][judged] for name in of if calibrated]
        weights = layer.weigh(kinds, known, rows.y[judged]) if calibrated else [1 / len(of)] * len(of)
        said = layer.calibrate(kinds, weights, known, rows.y[judged], earlier) if calibrated else AS_IT_IS[layer.name]
        numbers = {"blocks": count, **said}
        own = tuple(parts[name] for name in of)
        member = Member(layer, rows.names, own, tuple(weights), numbers, masks, tuple(left_out), judged, known)
        family[model] = replace(member, masks=masks_read(member))
    return family


@timed
def part_of(layer: Layer, name: str, rows: Rows, columns: Columns, seed: int, rule: tuple[int, ...], settings: Settings) -> Part:
    """The rule learns online and has nothing to fit."""
    if name != "rule":
        return layer.fit(name, rows, columns, seed, settings)
    return Part("rule", (), rule)


@timed
def raw_of(part: Part, x: np.ndarray) -> np.ndarray:
    return part.raw(x)


def cross_fit(fitted: Fit, rows: Rows, choices: list[Columns], gap: Gap, outputs: int) -> tuple[dict[str, np.ndarray], np.ndarray, int]:
    """Raw scores of each row by parts of the other blocks, which rows have them, and how many blocks there were."""
    block = blocks(rows.time)
    judged = np.zeros(len(rows), bool)
    raws: dict[str, np.ndarray] = {}
    count = 0
    for b in range(BLOCKS):
        own = block == b
        if not own.any():
            continue
        learnt = outside(rows.time, rows.known, own, gap)
        if int(learnt.sum()) < LEAST_ROWS // 2:
            continue
        x = rows.x[own]
        for name, part in fitted(rows.at(learnt), choices[b]).items():
            raws.setdefault(name, np.full((len(rows), outputs), np.nan))[own] = raw_of(part, x)
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
