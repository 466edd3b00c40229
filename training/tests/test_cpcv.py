"""Combinatorial purged cross-validation against skfolio's (written by write_splits.py), and that no label crosses a split."""

import json
from math import comb
from pathlib import Path

import numpy as np
import pytest
from world import BAR

from riposte_training.folds import Gap, blocks
from riposte_training.walk_forward import cpcv
from riposte_training.walk_forward.cpcv import Plan, split

SKFOLIO = json.loads((Path(__file__).parent / "cpcv_splits.json").read_text())


def case_rows(purged):
    """A row a bar, whose label ends so many bars later: as many rows on both sides of a group are not learnt from."""
    time = np.arange(SKFOLIO["rows"]) * BAR
    return time, time + purged * BAR, Gap(BAR, BAR)


def marked(mask):
    return "".join(mask.astype(int).astype(str))


@pytest.mark.parametrize("case", SKFOLIO["cases"], ids=lambda c: f"{c['groups']} groups, {c['tested']} judged")
def test_splits_and_paths_are_those_of_skfolio(case):
    time, known, gap = case_rows(case["purged"])
    plan, group = Plan(case["groups"], case["tested"]), blocks(time, case["groups"])
    found = [
        [marked(split(time, known, group, tested, gap)), [marked(group == number) for number in tested]] for tested in plan.combinations
    ]
    assert found == case["splits"]
    paths = {(combination, group): number for number, path in enumerate(plan.paths) for group, combination in enumerate(path)}
    assert [[paths[i, g] for g in tested] for i, tested in enumerate(plan.combinations)] == case["paths"]
    assert len(plan.paths) == comb(case["groups"], case["tested"]) * case["tested"] / case["groups"]


def test_the_embargo_keeps_rows_out_on_both_sides():
    time = np.arange(40) * BAR
    group = blocks(time, 4)
    learnt = split(time, time + BAR, group, (1,), Gap(BAR, 5 * BAR))
    assert np.flatnonzero(~learnt).tolist() == list(range(6, 24))


def test_a_label_that_is_open_in_a_judged_group_is_never_learnt_from(monkeypatch):
    time, known, gap = case_rows(7)
    monkeypatch.setattr(cpcv, "outside", lambda time, known, block, gap: ~block)
    for tested in ((0,), (3,), (1, 2)):
        with pytest.raises(AssertionError, match="purge"):
            split(time, known, blocks(time, 4), tested, gap)


def test_blocks_of_rows_with_a_hole_have_rows_each():
    time = np.concatenate([np.arange(100), np.arange(400, 500)])
    assert np.bincount(blocks(time)).tolist() == [50, 50, 50, 50]
