"""L3 behind a trained L1: beliefs that L3 learns from come from L1 members that did not see the rows they speak of."""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .folds import Gap
from .layers import REGIME
from .member import train_member, training_rows
from .problem import Problem
from .rows import Rows


@dataclass(frozen=True)
class Upstream:
    """`model` of L1, fitted anew in every training window of L3, by its own rows (`rows`) and labels."""

    model: str
    rows: Rows
    seed: int
    member: str
    sha256: str

    def behind(self, train: Rows, test: Rows, from_ms: int, test_ms: int, gap: Gap) -> tuple[Rows, Rows]:
        """Training rows with cross-fitted beliefs, judged rows with those of the L1 member of the whole training window."""
        own = training_rows(self.rows, from_ms, test_ms, gap)
        member = train_member(REGIME, self.model, own, gap, self.seed)
        learnt = with_beliefs(train, own, member.cross_fitted)
        return learnt, test if not len(test) else said_by(test, member.belief(member.raws(test.x)))


def with_beliefs(rows: Rows, own: Rows, beliefs: np.ndarray) -> Rows:
    """Rows whose regime columns are `beliefs`, which stand at the rows `own`; rows without one fall out."""
    place = {key: i for i, key in enumerate(zip(own.symbol.tolist(), own.time.tolist(), strict=True))}
    at = np.array([place.get(key, -1) for key in zip(rows.symbol.tolist(), rows.time.tolist(), strict=True)])
    kept = (at >= 0) & ~np.isnan(beliefs[at, 0])
    return said_by(rows.at(kept), beliefs[at[kept]])


def said_by(rows: Rows, beliefs: np.ndarray) -> Rows:
    x = rows.x.copy(order="F")
    x[:, list(rows.places("regime"))] = beliefs.astype(np.float32)
    return replace(rows, x=x)


def parse_stack(text: str) -> dict[str, str]:
    """`regime,pattern` or `regime=logit@1`: the member of each layer before L3."""
    found: dict[str, str] = {}
    for part in filter(None, text.split(",")):
        layer, _, member = part.partition("=")
        if layer not in ("regime", "pattern"):
            raise Problem(f"--stack {layer}: the layers before L3 are regime and pattern")
        found[layer] = member or {"regime": "rule", "pattern": "geometry"}[layer]
    return found


def upstream_of(member: str, out: Path, rows: Rows, about: dict[str, Any], symbols: list[str]) -> Upstream | None:
    """The recipe of a trained L1 member, which must have learnt from the same dataset and symbols."""
    if "@" not in member:
        return None
    name, _, version = member.partition("@")
    path = out / "regime" / name / version / "manifest.json"
    try:
        text = path.read_bytes()
        manifest = json.loads(text)
    except (OSError, json.JSONDecodeError):
        raise Problem(f"--stack regime={member}: there is no member in {path.parent}") from None
    training = manifest["training"]
    if training["datasetSha256"] != about["datasetSha256"] or training["symbols"] != symbols:
        raise Problem(f"--stack regime={member}: it was trained on another dataset or other symbols: train it on these first")
    kinds = [part["kind"] for part in manifest["parts"]]
    model = "ensemble" if len(kinds) > 1 else "logit" if kinds == ["linear"] else "lightgbm"
    return Upstream(model, rows, training["seed"], member, hashlib.sha256(text).hexdigest())
