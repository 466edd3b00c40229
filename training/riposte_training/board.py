"""Scalars of the folds for TensorBoard (`npm run tensorboard`)."""

from pathlib import Path

import numpy as np

from .columns import correlation
from .evaluate import Fitted
from .folds import Fold
from .layers import Layer
from .metrics import nats


class Board:
    """One run of TensorBoard a configuration; written anew each time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def folds(self, layer: Layer, folds: list[tuple[Fold, Fitted]]) -> None:
        from tensorboardX import SummaryWriter

        for old in self.folder.glob("events.out.*"):
            old.unlink()
        with SummaryWriter(str(self.folder)) as writer:
            for step, (fold, found) in enumerate(folds):
                for name, value in scalars(layer, found).items():
                    writer.add_scalar(name, value, step, fold.test_ms / 1000)


def scalars(layer: Layer, found: Fitted) -> dict[str, float]:
    y = found["y"]
    if layer.name == "signal":
        raw = found["raw"]
        return {
            "directionalIc": correlation(raw[:, 0] - raw[:, 1], y[:, 0] - y[:, 1]),
            "expectedGains": float((found["belief"][:, 3:5] > 0).sum()),
        }
    own = nats(found["belief"], y)
    gain = {"gainOnRule": float(np.mean(nats(found["rule"], y) - own))} if found["rule"].size else {}
    return {"logLoss": float(own.mean()), **gain}
