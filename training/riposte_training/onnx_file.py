"""ONNX of one part: float32 rows [rows, inputs] named `x` in, float32 raw scores [rows, K] named `raw` out, any number of rows."""

from collections.abc import Sequence

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper

from .forest import BINARY64, OBLIVIOUS, Forest
from .linear import CLIP, Linear
from .parts import Part
from .walk import ZERO

OPSET, ML_OPSET, IR = 18, 3, 8


class Graph:
    """Nodes and constants while a graph is put together; names are numbered, so that the same part gives the same bytes."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, values: np.ndarray) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def add(self, kind: str, inputs: list[str], domain: str = "", **attributes: object) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name, domain=domain, **attributes))
        return name


def onnx_of(part: Part, inputs: int) -> bytes:
    graph = Graph()
    raws = [add_forest(graph, m) if isinstance(m, Forest) else add_linear(graph, m) for m in part.models]
    graph.nodes.append(helper.make_node("Concat", raws, ["raw"], "raw", axis=1))
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", inputs])
    raw = helper.make_tensor_value_info("raw", TensorProto.FLOAT, ["rows", None])
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
    made: ModelProto = helper.make_model(
        helper.make_graph(graph.nodes, part.name, [x], [raw], graph.constants), opset_imports=opsets, ir_version=IR, producer_name="riposte"
    )
    checker.check_model(made)
    return bytes(made.SerializeToString(deterministic=True))


def add_linear(graph: Graph, model: Linear) -> str:
    """In doubles, as the line computes it; only the sum's order is the runtime's."""
    double = lambda name: graph.add("Cast", [name], to=TensorProto.DOUBLE)  # noqa: E731
    x = double(graph.add("Gather", ["x", graph.constant(model.columns.astype(np.int64))], axis=1))
    z = graph.add("Mul", [graph.add("Sub", [x, graph.constant(model.mean)]), graph.constant(model.scale)])
    z = graph.add("Max", [graph.add("Min", [z, graph.constant(np.array(CLIP))]), graph.constant(np.array(-CLIP))])
    weighed = graph.add("MatMul", [z, graph.constant(np.ascontiguousarray(model.weights.T))])
    return graph.add("Cast", [graph.add("Add", [weighed, graph.constant(model.intercept)])], to=TensorProto.FLOAT)


def add_forest(graph: Graph, forest: Forest) -> str:
    """A regressor of K targets over doubles, whose thresholds and leaves are then doubles too: nothing is rounded but the result."""
    x = graph.add("Gather", ["x", graph.constant(forest.column.astype(np.int64))], axis=1)
    if forest.form == BINARY64:
        small = graph.add("LessOrEqual", [graph.add("Abs", [x]), graph.constant(np.float32(ZERO))])
        x = graph.add("Where", [small, graph.constant(np.float32(0)), x])
    # A forest without a node reads no column, and a regressor must have one.
    if not len(forest.column):
        x = graph.add("Gather", ["x", graph.constant(np.array([0], np.int64))], axis=1)
    x = graph.add("Cast", [x], to=TensorProto.DOUBLE)
    return graph.add("TreeEnsembleRegressor", [x], domain="ai.onnx.ml", **tree_attributes(forest))


DOUBLES = ("nodes_values", "target_weights")


def tree_attributes(forest: Forest) -> dict[str, object]:
    tables: dict[str, list[object]] = {}
    for tree in range(forest.trees):
        for row in tree_rows(forest, tree):
            for name, value in row.items():
                tables.setdefault(name, []).append(value)
    doubles = {f"{n}_as_tensor": numpy_helper.from_array(np.array(tables.pop(n), float), n) for n in DOUBLES}
    base = numpy_helper.from_array(forest.base.astype(float), "base")
    return {**tables, **doubles, "base_values_as_tensor": base, "n_targets": len(forest.base), "post_transform": "NONE"}


def tree_rows(forest: Forest, tree: int) -> Sequence[dict[str, object]]:
    """Nodes, then leaves, of one tree. An oblivious tree is written out level by level."""
    first, end = int(forest.first_node[tree]), int(forest.first_node[tree + 1])
    feature, threshold = forest.feature[first:end], forest.threshold[first:end]
    leaves = forest.leaf[forest.first_leaf[tree] : forest.first_leaf[tree + 1]] * forest.scale
    if forest.form == OBLIVIOUS:
        splits, order = oblivious_splits(end - first)
    else:
        count = end - first
        place = lambda child: count + ~child if child < 0 else child  # noqa: E731
        children = zip(forest.left[first:end].tolist(), forest.right[first:end].tolist(), strict=True)
        splits, order = [(i, place(a), place(b)) for i, (a, b) in enumerate(children)], list(range(len(leaves)))
    rows = [node_row(tree, node, int(feature[i]), float(threshold[i]), a, b) for node, (i, a, b) in enumerate(splits)]
    for at, leaf in enumerate(order):
        node = len(splits) + at
        rows.append(
            {
                **node_row(tree, node, 0, 0.0, 0, 0, "LEAF"),
                **{"target_treeids": tree, "target_nodeids": node, "target_ids": int(forest.output[tree]), "target_weights": leaves[leaf]},
            }
        )
    return rows


def node_row(tree: int, node: int, feature: int, threshold: float, low: int, high: int, mode: str = "BRANCH_LEQ") -> dict[str, object]:
    return {
        "nodes_treeids": tree,
        "nodes_nodeids": node,
        "nodes_featureids": feature,
        "nodes_values": threshold,
        "nodes_modes": mode,
        "nodes_truenodeids": low,
        "nodes_falsenodeids": high,
        "nodes_missing_value_tracks_true": 0,
    }


def oblivious_splits(levels: int) -> tuple[list[tuple[int, int, int]], list[int]]:
    """(level, low, high) of each node of a full tree in breadth-first order, and the number of the leaf at each place of the last row."""
    inner = (1 << levels) - 1
    splits = [((node + 1).bit_length() - 1, 2 * node + 1, 2 * node + 2) for node in range(inner)]
    mirrored = lambda path: sum(((path >> (levels - 1 - i)) & 1) << i for i in range(levels))  # noqa: E731
    return splits, [mirrored(path) for path in range(1 << levels)]
