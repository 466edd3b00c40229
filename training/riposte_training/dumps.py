"""Forests from the libraries' own dumps, whose numbers are those that the libraries compute with."""

import json
from typing import Any

import numpy as np

from .forest import BINARY32, BINARY64, OBLIVIOUS, Forest, Tree, forest_of


def from_lightgbm(booster: Any) -> Forest:
    """Thresholds and leaves are doubles; the constant in front is part of the first trees."""
    dump = booster.dump_model()
    trees = []
    for i, info in enumerate(dump["tree_info"]):
        tree = Tree(i % dump["num_tree_per_iteration"], [], [], [], [], [])
        add_lightgbm(tree, info["tree_structure"])
        trees.append(tree)
    return forest_of(BINARY64, trees, dump["max_feature_idx"] + 1, [0.0] * dump["num_tree_per_iteration"])


def add_lightgbm(tree: Tree, node: dict[str, Any]) -> int:
    """Place of a node, or ~place of a leaf."""
    if "leaf_value" in node:
        tree.leaf.append(node["leaf_value"])
        return ~(len(tree.leaf) - 1)
    if node["decision_type"] != "<=" or node["missing_type"] != "None":
        raise AssertionError("a LightGBM split is not x <= threshold without missing values")
    at = add_node(tree, node["split_feature"], node["threshold"])
    tree.left[at] = add_lightgbm(tree, node["left_child"])
    tree.right[at] = add_lightgbm(tree, node["right_child"])
    return at


def add_node(tree: Tree, feature: int, threshold: float) -> int:
    tree.feature.append(feature)
    tree.threshold.append(threshold)
    tree.left.append(0)
    tree.right.append(0)
    return len(tree.feature) - 1


def from_xgboost(booster: Any) -> Forest:
    """x < t of float32 is x <= the double below t; a leaf's number stands where a node's threshold would."""
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    model = learner["gradient_booster"]["model"]
    base = json.loads(learner["learner_model_param"]["base_score"])
    trees = []
    for dump, output in zip(model["trees"], model["tree_info"], strict=True):
        tree = Tree(output, [], [], [], [], [])
        add_xgboost(tree, dump, 0)
        trees.append(tree)
    features = int(learner["learner_model_param"]["num_feature"])
    return forest_of(BINARY32, trees, features, [float(np.float32(b)) for b in (base if isinstance(base, list) else [base])])


def add_xgboost(tree: Tree, dump: dict[str, Any], node: int) -> int:
    number = np.float32(dump["split_conditions"][node])
    if dump["left_children"][node] == -1:
        tree.leaf.append(float(number))
        return ~(len(tree.leaf) - 1)
    at = add_node(tree, dump["split_indices"][node], float(np.nextafter(np.float64(number), -np.inf)))
    tree.left[at] = add_xgboost(tree, dump, dump["left_children"][node])
    tree.right[at] = add_xgboost(tree, dump, dump["right_children"][node])
    return at


def from_catboost(dump: dict[str, Any]) -> Forest:
    """Oblivious trees as they are; borders are float32."""
    scale, bias = dump["scale_and_bias"]
    flat = [f["flat_feature_index"] for f in dump["features_info"]["float_features"]]
    trees = []
    for info in dump["oblivious_trees"]:
        splits = info.get("splits") or []
        features = [flat[s["float_feature_index"]] for s in splits]
        trees.append(Tree(0, features, [float(np.float32(s["border"])) for s in splits], [], [], info["leaf_values"]))
    return forest_of(OBLIVIOUS, trees, max(flat) + 1, [float(b) for b in bias], float(scale))
