"""One fold: every model of every layer, fitted once, judged; and the members of the models that serve."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..artefact import member_files
from ..evaluate import judged_rows, said_of, weighed
from ..folds import Fold, before
from ..layers import LAYERS
from ..member import Member, train_family, training_rows
from ..recipe import own_figures, training_of
from ..rows import Rows
from .carries import shuffled
from .clusters import clusters
from .ground import Ground, require_whole
from .options import Options
from .result import Result

LATER = 2
"""Spans behind the judged one that a fold's members are asked about as well: how fast they age."""


def judge_fold(options: Options, ground: Ground, number: int) -> Result:
    """Fold `number`, from 1."""
    fold = ground.folds[number - 1]
    result = Result({}, {"leftOut": [], "columns": {}, "weights": {}, **counts(ground, fold)}, {})
    for layer, rows in ground.rows.items():
        require_whole(rows, fold, ground.data.names)
        train, test = training_rows(rows, fold.from_ms, fold.test_ms, ground.gap), rows.at(judged_rows(rows, fold))
        how = {"chosen": options.columns == "chosen", "calibrated": options.calibrated}
        family = train_family(LAYERS[layer], options.models[layer], train, ground.gap, options.seed, **how)
        for model, member in family.items():
            said = said_of(member, train, test)
            result.about["weights"][f"{layer}/{model}"] = said.pop("weights").tolist()
            shared = {key: said.pop(key) for key in ("time", "symbol", "y", "prior", "rule") if key in said}
            result.arrays.update({f"{layer}/{key}": values for key, values in shared.items()})
            result.arrays.update({f"{layer}/{model}/{key}": values for key, values in said.items()})
        served = family[options.serve[layer]]
        result.about["leftOut"] = sorted({*result.about["leftOut"], *served.left_out})
        if layer == "signal":
            result.about["columns"] = {model: len(columns_read(member)) for model, member in family.items()}
            result.arrays.update(dict(carried(served, test, options.seed)))
            result.arrays.update(dict(later(family, rows, fold, options, ground)))
        if options.members:
            result.files.update(files_of(served, train, options, ground, number))
    return result


def counts(ground: Ground, fold: Fold) -> dict[str, Any]:
    """Rows, and independent labels among them."""
    rows = ground.signal_rows
    learnt = (rows.time >= fold.from_ms) & before(rows.time, rows.known, fold.test_ms, ground.gap)
    masks = {"train": learnt, "test": judged_rows(rows, fold)}
    return {
        "rows": {name: int(mask.sum()) for name, mask in masks.items()},
        "clusters": {name: clusters(ground.data, rows, mask) for name, mask in masks.items()},
    }


def columns_read(member: Member) -> set[int]:
    return set().union(*(part.columns() for part in member.parts))


def difference(raw: np.ndarray) -> np.ndarray:
    return raw[:, 0] - raw[:, 1]


def carried(served: Member, test: Rows, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """Long minus short with the columns of a group from other days."""
    read = columns_read(served)
    for group, places, x in shuffled(test, seed):
        if read & set(places):
            yield f"carries/{group}", difference(weighed(served, served.raws(x)))


def later(family: dict[str, Member], rows: Rows, fold: Fold, options: Options, ground: Ground) -> Iterator[tuple[str, np.ndarray]]:
    """Long minus short, said and realised, so many test spans behind the judged one, as far as the dataset goes."""
    steps = options.steps
    behind = steps.number(fold.to_ms)
    for age in range(1, LATER + 1):
        from_ms, to_ms = (steps.start_ms(behind + (age - more) * steps.test) for more in (1, 0))
        test = rows.at((rows.time >= from_ms) & (rows.time < to_ms))
        if to_ms > ground.span[1] or not len(test):
            return
        yield from ((f"later/{age}/{key}", values) for key, values in (("time", test.time), ("symbol", test.symbol)))
        yield f"later/{age}/y", difference(test.y)
        for model, member in family.items():
            yield f"later/{age}/{model}", difference(weighed(member, member.raws(test.x)))


def files_of(member: Member, train: Rows, options: Options, ground: Ground, number: int) -> dict[str, bytes]:
    layer, model = member.layer, options.serve[member.layer.name]
    columns = options.columns if layer.name == "signal" else "fixed"
    about = {
        "training": training_of(layer, ground.data, train, ground.gap, options, f"fixed configuration, columns {columns}, fold {number}"),
        "metrics": {"crossFitted": own_figures(layer, member, train)},
        "upstreams": {},
    }
    files = member_files(member, train.x, ground.data, about, model, str(number))
    return {f"{layer.name}/{model}/{number}/{file}": content for file, content in files.items()}
