"""Raw scores of a forest: row by row in plain Python, as the line computes them, and for many rows at once with the same bits."""

from collections.abc import Sequence

import numpy as np

from .forest import BINARY32, BINARY64, OBLIVIOUS, Forest

ZERO = float(np.float32(1e-35))
"""LightGBM's reader of rows takes what is no larger for 0. It is the float32 next to 1e-35, a little above it."""


def walk_row(forest: Forest, row: Sequence[float]) -> list[float]:
    """Raw scores of one row of the member's input, added in the order of the trees."""
    total = [0.0] * len(forest.base) if forest.form == OBLIVIOUS else forest.base.tolist()
    for tree in range(forest.trees):
        leaf = float(forest.leaf[int(forest.first_leaf[tree]) + leaf_of(forest, tree, row)])
        k = int(forest.output[tree])
        total[k] += leaf
        if forest.form == BINARY32:
            total[k] = float(np.float32(total[k]))
    return [forest.scale * t + b for t, b in zip(total, forest.base.tolist(), strict=True)] if forest.form == OBLIVIOUS else total


def leaf_of(forest: Forest, tree: int, row: Sequence[float]) -> int:
    first, end = int(forest.first_node[tree]), int(forest.first_node[tree + 1])
    if forest.form == OBLIVIOUS:
        return sum((value(forest, node, row) > float(forest.threshold[node])) << (node - first) for node in range(first, end))
    at = 0 if end > first else -1
    while at >= 0:
        node = first + at
        child = forest.left if value(forest, node, row) <= float(forest.threshold[node]) else forest.right
        at = int(child[node])
    return ~at


def value(forest: Forest, node: int, row: Sequence[float]) -> float:
    x = row[int(forest.column[forest.feature[node]])]
    return 0.0 if forest.form == BINARY64 and abs(x) <= ZERO else x


def walk(forest: Forest, x: np.ndarray) -> np.ndarray:
    """Raw scores [rows, outputs] of float32 rows; bit-equal to `walk_row` of each."""
    columns = x[:, forest.column]
    if forest.form == BINARY64:
        columns = np.where(np.abs(columns) <= np.float64(ZERO), np.float32(0), columns)
    columns = np.asfortranarray(columns)
    kind = np.float32 if forest.form == BINARY32 else np.float64
    start = np.zeros(len(forest.base)) if forest.form == OBLIVIOUS else forest.base
    total = np.tile(start.astype(kind)[:, None], (1, len(x)))
    for tree in range(forest.trees):
        total[forest.output[tree]] += tree_values(forest, tree, columns).astype(kind)
    raw = total.T.astype(float)
    return forest.scale * raw + forest.base if forest.form == OBLIVIOUS else raw


def tree_values(forest: Forest, tree: int, columns: np.ndarray) -> np.ndarray:
    """Leaf values of one tree for rows that hold the forest's features only, in Fortran order."""
    leaves = forest.leaf[forest.first_leaf[tree] : forest.first_leaf[tree + 1]]
    first, end = int(forest.first_node[tree]), int(forest.first_node[tree + 1])
    if forest.form == OBLIVIOUS:
        place = np.zeros(len(columns), np.int64)
        for node in range(first, end):
            place += (columns[:, forest.feature[node]] > forest.threshold[node]).astype(np.int64) << (node - first)
        return leaves[place]
    out = np.empty(len(columns))
    waiting = [(0 if end > first else -1, np.arange(len(columns)))]
    while waiting:
        at, rows = waiting.pop()
        if at < 0:
            out[rows] = leaves[~at]
            continue
        node = first + at
        low = columns[rows, forest.feature[node]] <= forest.threshold[node]
        waiting += [(int(forest.left[node]), rows[low]), (int(forest.right[node]), rows[~low])]
    return out
