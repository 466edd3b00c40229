"""Nothing that comes later reaches a prediction of the walk, and a leak planted there turns it red."""

import numpy as np
from walking import RIDGE, walked
from world import BAR, START, World, write_dataset

from riposte_training import member
from riposte_training.folds import DAY_MS
from riposte_training.walk_forward import fold


def test_a_fold_that_learns_from_its_judged_rows_is_red(dataset, tmp_path, monkeypatch):
    monkeypatch.setattr(member, "before", lambda time, known, test_ms, gap: time < test_ms + 5 * DAY_MS)
    monkeypatch.setattr("riposte_training.folds.before", lambda time, known, test_ms, gap: known + gap.bar_ms <= test_ms)
    document = walked(dataset, tmp_path, *RIDGE, code=3)
    assert all("AssertionError: purge" in of["failed"] for of in document["folds"])


CUT = START + 40 * DAY_MS + 7 * BAR


def said_before_the_cut(tmp_path, name, **world):
    """What every model of the folds before the cut, and of the fold it lies in, said until then."""
    folder = write_dataset(tmp_path / name / "dataset", World(**world))
    walked(folder, tmp_path / name / "work", "--train", "35d", "--to", "2022-02-11", "--signal", "ridge,lightgbm,ensemble")
    found = {}
    for file in sorted((tmp_path / name / "work").rglob("arrays.npz")):
        arrays = dict(np.load(file))
        for key, values in arrays.items():
            layer = key.split("/")[0]
            if layer in ("signal", "regime") and key.split("/")[-1] in ("belief", "raw"):
                found[file.parent.name, key] = values[arrays[f"{layer}/time"] <= CUT]
    return {key: values for key, values in found.items() if len(values)}


def test_predictions_of_a_walk_before_a_cut_do_not_know_what_came_after_it(tmp_path, few_rounds):
    one, other = said_before_the_cut(tmp_path, "one"), said_before_the_cut(tmp_path, "other", cut_ms=CUT)
    assert one.keys() == other.keys()
    assert len(one) == 2 * 3 + 3
    assert all(np.array_equal(one[key], other[key]) for key in one)


def test_columns_chosen_in_judged_rows_are_noticed(tmp_path, few_rounds, monkeypatch):
    """The planted leak: the choice looks at all rows there are."""
    rows = {}
    own = fold.training_rows
    monkeypatch.setattr(fold, "training_rows", lambda all_rows, *of: rows.update(all=all_rows) or own(all_rows, *of))

    def leaking(x, y, time, known, usable, gap, seed):
        strength = [abs(np.corrcoef(rows["all"].x[:, c], rows["all"].y[:, 0])[0, 1]) for c in usable]
        return [sorted(usable[i] for i in np.argsort(strength)[-6:])] * 5

    monkeypatch.setattr("riposte_training.layers.choose", leaking)
    one, other = said_before_the_cut(tmp_path, "one"), said_before_the_cut(tmp_path, "other", cut_ms=CUT)
    assert any(not np.array_equal(one[key], other[key]) for key in one)
