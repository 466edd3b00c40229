"""Walk-forward: a member a month, judged on the month behind its training window. Finished folds stay in a cache."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from .columns import correlation
from .folds import Fold, Gap, before, require_purged, walk_forward
from .layers import Earlier, Layer
from .member import Member, train_member, training_rows
from .metrics import nats, regime_figures, signal_figures
from .problem import Problem
from .rows import Rows
from .stack import Upstream

Fitted = dict[str, np.ndarray]
"""What a fold leaves behind: arrays over its judged rows."""


def cache_key(of: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(of, sort_keys=True).encode()).hexdigest()[:16]


def run_folds(
    layer: Layer,
    model: str,
    rows: Rows,
    span: tuple[int, int],
    gap: Gap,
    options: dict[str, Any],
    upstream: Upstream | None,
    cache: Path,
    say: Callable[[str], None],
    refined: bool = False,
) -> list[tuple[Fold, Fitted]]:
    """Every fold, from the cache where it is there. Ctrl-C loses the fold at work and no other. `refined`: earlier months calibrate too."""
    cache.mkdir(parents=True, exist_ok=True)
    folds = list(walk_forward(*span))
    done: list[tuple[Fold, Fitted]] = []
    for number, fold in enumerate(folds, 1):
        file = cache / f"{fold.name}.npz"
        found = kept_fold(file)
        if found is None:
            found = judge(layer, model, rows, fold, gap, options, upstream, done if refined else ())
            draft = file.with_suffix(".draft.npz")
            np.savez(draft, **found)
            os.replace(draft, file)
        done.append((fold, found))
        say(f"fold {number}/{len(folds)} {fold.name}: {fold_line(layer, found)}")
    return done


def kept_fold(file: Path) -> Fitted | None:
    """A file that cannot be read is as good as none: it is written anew."""
    try:
        with np.load(file) as arrays:
            return dict(arrays)
    except (OSError, ValueError, EOFError, KeyError, BadZipFile):
        return None


def kept_folds(span: tuple[int, int], cache: Path) -> list[tuple[Fold, Fitted]]:
    return [(fold, found) for fold in walk_forward(*span) if (found := kept_fold(cache / f"{fold.name}.npz")) is not None]


def judge(
    layer: Layer,
    model: str,
    rows: Rows,
    fold: Fold,
    gap: Gap,
    options: dict[str, Any],
    upstream: Upstream | None = None,
    judged: Sequence[tuple[Fold, Fitted]] = (),
) -> Fitted:
    """`judged`: folds whose predictions refine the calibration."""
    train, test = training_rows(rows, fold.from_ms, fold.test_ms, gap), rows.at(judged_rows(rows, fold))
    if not len(test):
        raise Problem(f"no rows in {fold.name}: the dataset has a hole there")
    if upstream is not None:
        train, test = upstream.behind(train, test, fold.from_ms, fold.test_ms, gap)
    earlier = said_earlier(rows, fold.test_ms, gap, judged)
    member = train_member(layer, model, train, gap, **options, earlier=earlier)
    return said_of(member, train, test)


def said_of(member: Member, train: Rows, test: Rows) -> Fitted:
    """What a member of `train` says of judged rows."""
    raws = member.raws(test.x)
    found = {"time": test.time, "symbol": test.symbol, "y": test.y, "belief": member.belief(raws), "weights": np.array(member.weights)}
    layer = member.layer
    if layer.name == "signal":
        return {**found, "raw": weighed(member, raws)}
    prior = np.bincount(train.y, minlength=layer.outputs) / len(train)
    rule = test.x[:, list(test.places("regime"))].astype(float) if test.places("regime") else np.empty((len(test), 0))
    return {**found, "prior": np.tile(prior, (len(test), 1)), "rule": rule}


def weighed(member: Member, raws: list[np.ndarray]) -> np.ndarray:
    """Raw net returns of both sides."""
    return sum(w * raw for w, raw in zip(member.weights, raws, strict=True))


def judged_rows(rows: Rows, fold: Fold) -> np.ndarray:
    return (rows.time >= fold.test_ms) & (rows.time < fold.to_ms)


def said_earlier(rows: Rows, test_ms: int, gap: Gap, judged: Sequence[tuple[Fold, Fitted]]) -> Earlier | None:
    """Raw scores of a signal in the judged rows of earlier folds, and what came of them, where it was known in time before `test_ms`."""
    if not judged:
        return None
    time = np.concatenate([found["time"] for _, found in judged])
    known = np.concatenate([rows.known[judged_rows(rows, of)] for of, _ in judged])
    kept = before(time, known, test_ms, gap)
    require_purged(time[kept], known[kept], test_ms, gap)
    raw, y = (np.concatenate([found[key] for _, found in judged]) for key in ("raw", "y"))
    return raw[kept], y[kept]


def fold_line(layer: Layer, found: Fitted) -> str:
    y, belief = found["y"], found["belief"]
    weights = " ".join(f"{w:.2f}" for w in found["weights"])
    if layer.name == "signal":
        d = found["raw"][:, 0] - found["raw"][:, 1]
        gains = int((belief[:, 3:5] > 0).sum())
        return f"{len(y)} rows, D IC {correlation(d, y[:, 0] - y[:, 1]):+.3f}, expected gains {gains}, weights {weights}"
    own, prior = nats(belief, y).mean(), nats(found["prior"], y).mean()
    rule = f", rule {nats(found['rule'], y).mean():.4f}" if found["rule"].size else ""
    return f"{len(y)} rows, log-loss {own:.4f}{rule}, prior {prior:.4f}, weights {weights}"


def walk_forward_figures(layer: Layer, folds: list[tuple[Fold, Fitted]], symbols: list[str]) -> dict[str, Any]:
    """Pooled over the folds, by symbol."""
    pooled = {key: np.concatenate([found[key] for _, found in folds]) for key in folds[0][1] if key != "weights"}
    figures: dict[str, Any] = {}
    for number, symbol in enumerate(symbols):
        at = pooled["symbol"] == number
        of = {key: values[at] for key, values in pooled.items()}
        if layer.name == "signal":
            figures[symbol] = signal_figures(of["raw"], of["belief"], of["y"], of["time"])
        else:
            rule = of["rule"] if of["rule"].size else None
            figures[symbol] = regime_figures(of["belief"], of["prior"], rule, of["y"], of["time"])
    better = {}
    if layer.name == "regime" and pooled["rule"].size:
        for number, symbol in enumerate(symbols):
            better[symbol] = sum(beats_rule(found, found["symbol"] == number) for _, found in folds)
    return {"folds": len(folds), "symbols": figures, **({"foldsBetterThanRule": better} if better else {})}


def beats_rule(found: Fitted, at: np.ndarray) -> bool:
    y = found["y"][at]
    return bool(nats(found["belief"][at], y).mean() < nats(found["rule"][at], y).mean())
