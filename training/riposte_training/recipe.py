"""How a member was made, as its manifest says it."""

from typing import Any, Protocol

import numpy as np

from .columns import correlation
from .dataset import REGIME_BARS, Dataset
from .folds import Gap
from .layers import Layer
from .member import Member
from .metrics import nats
from .packages import recorded
from .rows import Rows

RECIPE = 2
"""Rises with every change that gives other numbers: folds that were kept are then none."""


class Asked(Protocol):
    """What the command line says of every member."""

    every: int
    seed: int
    cost: float


def training_of(layer: Layer, data: Dataset, rows: Rows, gap: Gap, asked: Asked, recipe: str) -> dict[str, Any]:
    """`rows`: those that it learnt from."""
    signal = layer.name == "signal"
    return {
        "datasetSha256": data.about["datasetSha256"],
        "symbols": data.names,
        "fromMs": int(rows.time.min()),
        "toMs": int(rows.known.max()),
        "embargoMs": max(0, int(rows.time.max()) + gap.embargo_ms - int(rows.known.max())),
        "everyBars": asked.every,
        "rows": len(rows),
        "seed": asked.seed,
        "labels": data.about["labels"] if signal else {"kind": "regimeTarget", "bars": REGIME_BARS},
        "roundTripCost": asked.cost if signal else None,
        "recipe": f"{RECIPE}, {recipe}",
        "packages": recorded(),
    }


def own_figures(layer: Layer, member: Member, rows: Rows) -> dict[str, float]:
    at = ~np.isnan(member.cross_fitted[:, 0])
    belief, y = member.cross_fitted[at], rows.y[at]
    if layer.name == "regime":
        return {"logLoss": float(nats(belief, y).mean())}
    return {"directionalIc": correlation(belief[:, 3] - belief[:, 4], y[:, 0] - y[:, 1])}
