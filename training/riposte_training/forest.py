"""Trees as flat arrays, and `trees.bin`: the layout stands in docs/models.md."""

import struct
from dataclasses import dataclass

import numpy as np

from .problem import Problem

MAGIC = 0x54525052
BINARY64, BINARY32, OBLIVIOUS = 0, 1, 2
"""Forms: binary trees with float64 sums (LightGBM), with float32 sums (XGBoost), oblivious trees (CatBoost)."""

ARRAYS = (
    ("threshold", "<f8", "nodes"),
    ("leaf", "<f8", "leaves"),
    ("column", "<i4", "features"),
    ("output", "<i4", "trees"),
    ("first_node", "<i4", "ends"),
    ("first_leaf", "<i4", "ends"),
    ("feature", "<i4", "nodes"),
    ("left", "<i4", "children"),
    ("right", "<i4", "children"),
)


@dataclass(frozen=True)
class Forest:
    form: int
    scale: float
    base: np.ndarray
    threshold: np.ndarray
    leaf: np.ndarray
    column: np.ndarray
    output: np.ndarray
    first_node: np.ndarray
    first_leaf: np.ndarray
    feature: np.ndarray
    left: np.ndarray
    right: np.ndarray

    @property
    def trees(self) -> int:
        return len(self.output)

    def reading(self, column: np.ndarray) -> "Forest":
        """The same trees where feature i stands at column[i] of the input; features that no node reads fall out."""
        used, feature = np.unique(self.feature, return_inverse=True)
        places = np.asarray(column)[self.column[used]]
        return Forest(**{**self.__dict__, "column": places.astype(np.int32), "feature": feature.astype(np.int32)})


@dataclass
class Tree:
    """One tree while a forest is put together: nodes in front of their children; -1 - i is leaf i."""

    output: int
    feature: list[int]
    threshold: list[float]
    left: list[int]
    right: list[int]
    leaf: list[float]


def forest_of(form: int, trees: list[Tree], features: int, base: list[float], scale: float = 1.0) -> Forest:
    """Puts trees behind one another. `feature` counts the columns of the training matrix."""
    flat = lambda name: [v for tree in trees for v in getattr(tree, name)]  # noqa: E731
    ends = lambda name: np.cumsum([0, *(len(getattr(t, name)) for t in trees)]).astype(np.int32)  # noqa: E731
    ints = lambda values: np.array(values, np.int32)  # noqa: E731
    return Forest(
        form=form,
        scale=scale,
        base=np.array(base, float),
        threshold=np.array(flat("threshold"), float),
        leaf=np.array(flat("leaf"), float),
        column=np.arange(features, dtype=np.int32),
        output=ints([t.output for t in trees]),
        first_node=ends("feature"),
        first_leaf=ends("leaf"),
        feature=ints(flat("feature")),
        left=ints(flat("left")),
        right=ints(flat("right")),
    )


def write_trees(forests: list[Forest]) -> bytes:
    out = bytearray(struct.pack("<2I", MAGIC, len(forests)))
    for f in forests:
        out += bytes(-len(out) % 8)
        counts = (len(f.base), len(f.column), f.trees, len(f.feature), len(f.leaf))
        out += struct.pack("<8I", f.form, *counts, 0, 0) + struct.pack("<d", f.scale) + f.base.astype("<f8").tobytes()
        for name, kind, of in ARRAYS:
            if of != "children" or f.form != OBLIVIOUS:
                out += getattr(f, name).astype(kind).tobytes()
    return bytes(out + bytes(-len(out) % 8))


def read_trees(data: bytes) -> list[Forest]:
    """What a file holds; for goldens and checks, which must not trust what is in memory."""
    magic, count = struct.unpack_from("<2I", data)
    if magic != MAGIC:
        raise Problem("trees.bin: it does not begin as a file of trees")
    at, forests = 8, []
    for _ in range(count):
        at += -at % 8
        form, outputs, features, trees, nodes, leaves, _, _ = struct.unpack_from("<8I", data, at)
        sizes = {"nodes": nodes, "leaves": leaves, "features": features, "trees": trees, "ends": trees + 1, "children": nodes}
        if form == OBLIVIOUS:
            sizes["children"] = 0
        (scale,) = struct.unpack_from("<d", data, at + 32)
        base = np.frombuffer(data, "<f8", outputs, at + 40)
        at += 40 + 8 * outputs
        arrays: dict[str, np.ndarray] = {}
        for name, kind, of in ARRAYS:
            arrays[name] = np.frombuffer(data, kind, sizes[of], at)
            at += arrays[name].nbytes
        forests.append(Forest(form=form, scale=scale, base=base, **arrays))
    return forests
