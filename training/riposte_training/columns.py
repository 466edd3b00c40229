"""Which columns a member reads: what varies, no family that comes or goes, and of those what helps on rows it was not fitted on."""

from itertools import combinations

import numpy as np

from .boosters import lightgbm
from .families import FAMILIES, MASK_OF
from .folds import BLOCKS, Gap, blocks, outside
from .forest import Forest

MOST = 64
LEAST = 8


def usable(x: np.ndarray, names: list[str]) -> tuple[list[int], dict[str, float], list[str]]:
    """Columns that vary in the training rows, the masks of their families with their one value, and the families left out by name."""
    place = {name: i for i, name in enumerate(names)}
    flipping = [m for m in FAMILIES if m in place and len(np.unique(x[:, place[m]])) > 1]
    kept = [
        i for i, name in enumerate(names) if name not in FAMILIES and MASK_OF.get(name) not in flipping and x[:, i].min() < x[:, i].max()
    ]
    needed = {mask for i in kept if (mask := MASK_OF.get(names[i])) in place}
    return kept, {m: float(x[0, place[m]]) for m in FAMILIES if m in needed}, flipping


def choose(x: np.ndarray, y: np.ndarray, time: np.ndarray, known: np.ndarray, columns: list[int], gap: Gap, seed: int) -> list[list[int]]:
    """Columns for all rows, then for those outside of each block: the latter are chosen without a look into the block.

    Trees that saw neither of two blocks are judged on both; a column counts by the drop of the Pearson correlation when it is shuffled.
    """
    block = blocks(time, BLOCKS)
    drop = np.zeros((BLOCKS, BLOCKS, len(columns)))
    for a, b in combinations(range(BLOCKS), 2):
        learnt = np.ones(len(time), bool)
        for own in (a, b):
            learnt &= outside(time, known, block == own, gap)
        forest, _ = lightgbm(x[learnt][:, columns], y[learnt], seed + BLOCKS * a + b)
        for without, judged in ((a, b), (b, a)):
            at = block == judged
            drop[without, judged] = drops(forest, np.asfortranarray(x[at][:, columns]), y[at], seed + judged)
    return [[columns[i] for i in helpful(score)] for score in (drop.sum(axis=(0, 1)), *drop.sum(axis=1))]


def helpful(drop: np.ndarray) -> list[int]:
    """Places of what helped, at least `LEAST` and at most `MOST` of them, in their order."""
    order = np.argsort(-drop, kind="stable")
    return sorted(int(i) for i in order[: max(LEAST, min(MOST, int((drop > 0).sum())))])


def drops(forest: Forest, x: np.ndarray, truth: np.ndarray, seed: int) -> np.ndarray:
    """How much the correlation falls when a column of `x` is shuffled. Only nodes above which it stands are computed anew."""
    trees = [BranchValues(forest, tree, x) for tree in range(forest.trees)]
    total = sum(tree.value for tree in trees)
    whole = correlation(total, truth)
    order = np.random.default_rng(seed).permutation(len(x))
    out = np.zeros(x.shape[1])
    for column in np.unique(forest.feature):
        shuffled = x[order, column]
        changed = sum(tree.shuffled(column, shuffled) - tree.value for tree in trees if column in tree.features)
        out[column] = whole - correlation(total + changed, truth)
    return out


class BranchValues:
    """One tree on fixed rows: what each node would give for every row, were it the root."""

    def __init__(self, forest: Forest, tree: int, x: np.ndarray) -> None:
        nodes = slice(forest.first_node[tree], forest.first_node[tree + 1])
        self.features = forest.feature[nodes]
        self.threshold = forest.threshold[nodes]
        self.children = np.stack([forest.left[nodes], forest.right[nodes]], axis=1).tolist()
        self.leaves = forest.leaf[forest.first_leaf[tree] : forest.first_leaf[tree + 1]]
        self.low = [x[:, f] <= t for f, t in zip(self.features, self.threshold, strict=True)]
        self.values: dict[int, np.ndarray] = {}
        for node in reversed(range(len(self.features))):
            self.values[node] = self.merged(node, self.low[node], self.values)
        self.value = self.values[0] if self.values else np.full(len(x), self.leaves[0])

    def merged(self, node: int, low: np.ndarray, values: dict[int, np.ndarray]) -> np.ndarray:
        left, right = (self.leaves[~c] if c < 0 else values.get(c, self.values.get(c)) for c in self.children[node])
        return np.where(low, left, right)

    def shuffled(self, column: int, x: np.ndarray) -> np.ndarray:
        """The tree's values with other numbers in a column."""
        anew: dict[int, np.ndarray] = {}
        for node in reversed(range(len(self.features))):
            own = self.features[node] == column
            if own or any(child in anew for child in self.children[node]):
                anew[node] = self.merged(node, x <= self.threshold[node] if own else self.low[node], anew)
        return anew[0]


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else 0.0
