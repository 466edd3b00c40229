"""A small network over windows, as a fixture that proves the way from an ONNX file to a belief; it has learnt nothing.

    python3 scripts/window_network.py pattern|regime DIR   # writes model.onnx, manifest.json, golden.json and card.md

Needs numpy and onnx.

TSMixer (Chen et al. 2023, arXiv 2303.06053) with random weights from a fixed seed: two blocks, each with a layer norm and a mixing
of the bars, then a layer norm and a mixing of the features, both residual; one head: seven logits of L1, or for L2 a softmax over up, down and
neither, and a softplus of each embedding number. The softplus is there because its kernel ends a tensor in another way than it begins it, so a row alone and a row in a batch differ in
their last bits, unless every run has as many rows. The graph is built op by op, without a training library; golden.json comes from numpy in float64.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SEED = 20260101
WINDOW = 32
COLUMNS = [
    "return_1",
    "return_10",
    "rsi_14",
    "ema_distance_20",
    "bollinger_position_20",
    "bollinger_width_20",
    "volume_ratio_1",
    "volume_ratio_15",
]
EMBEDDING = ["mixed_1", "mixed_2"]
STATES = 7
# Numbers of the head before the last functions.
HEAD = {"pattern": 3 + len(EMBEDDING), "regime": STATES}
OUTPUTS = {"pattern": 2 + len(EMBEDDING), "regime": STATES}
WIDTH = len(COLUMNS)
HIDDEN = 16
BLOCKS = 2
EPSILON = 1e-5
GOLDEN_ROWS = 32
CARD = """# mixer@1

A TSMixer with random weights. It has learnt nothing, has no metrics and may not serve for trading: it proves the way from an ONNX file to a
belief in the tests. Made by `scripts/window_network.py`.
"""


def drawn_weights(layer):
    rng = np.random.default_rng(SEED)
    weights = {}

    def draw(name, *shape):
        weights[name] = rng.normal(0, 1 / np.sqrt(shape[0]), shape).astype(np.float32)

    for b in range(BLOCKS):
        for norm in ("time", "feature"):
            weights[f"{norm}_scale_{b}"] = rng.uniform(0.8, 1.2, WIDTH).astype(np.float32)
            weights[f"{norm}_shift_{b}"] = rng.uniform(-0.1, 0.1, WIDTH).astype(np.float32)
        for name, (rows, columns) in {"bars": (WINDOW, WINDOW), "wide": (WIDTH, HIDDEN), "narrow": (HIDDEN, WIDTH)}.items():
            draw(f"{name}_{b}", rows, columns)
            weights[f"{name}_bias_{b}"] = rng.uniform(-0.1, 0.1, columns).astype(np.float32)
    draw("head", WINDOW * WIDTH, HEAD[layer])
    weights["head_bias"] = rng.uniform(-0.1, 0.1, HEAD[layer]).astype(np.float32)
    return weights


# --- the graph ---------------------------------------------------------------------------------------------------------


def graph_of(layer, weights):
    nodes = []

    def op(kind, inputs, **attributes):
        name = f"{kind}_{len(nodes)}"
        nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def linear(x, name, b):
        return op("Add", [op("MatMul", [x, f"{name}_{b}"]), f"{name}_bias_{b}"])

    def normed(x, norm, b):
        return op("LayerNormalization", [x, f"{norm}_scale_{b}", f"{norm}_shift_{b}"], axis=-1, epsilon=EPSILON)

    x = "bars"
    for b in range(BLOCKS):
        turned = op("Transpose", [normed(x, "time", b)], perm=[0, 2, 1])
        mixed = op("Transpose", [op("Relu", [linear(turned, "bars", b)])], perm=[0, 2, 1])
        x = op("Add", [x, mixed])
        x = op("Add", [x, linear(op("Relu", [linear(normed(x, "feature", b), "wide", b)]), "narrow", b)])
    head = [op("Flatten", [x], axis=1), "head", "head_bias"]
    places = {}
    if layer == "regime":
        nodes.append(helper.make_node("Gemm", head, ["raw"], name="raw"))
    else:
        head = op("Gemm", head)
        shares = op("Softmax", [op("Slice", [head, "first", "third", "columns"])], axis=1)
        both = op("Slice", [shares, "first", "second", "columns"])
        shape = op("Softplus", [op("Slice", [head, "third", "last", "columns"])])
        nodes.append(helper.make_node("Concat", [both, shape], ["raw"], name="raw", axis=1))
        places = {"first": 0, "second": 2, "third": 3, "last": 3 + len(EMBEDDING), "columns": 1}
    constants = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    constants += [numpy_helper.from_array(np.array([value], dtype=np.int64), name) for name, value in places.items()]
    inputs = [helper.make_tensor_value_info("bars", TensorProto.FLOAT, ["rows", WINDOW, WIDTH])]
    outputs = [helper.make_tensor_value_info("raw", TensorProto.FLOAT, ["rows", OUTPUTS[layer]])]
    graph = helper.make_graph(nodes, "window network", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10, producer_name="riposte")
    onnx.checker.check_model(model, full_check=True)
    return model


# --- the same in numpy, from the paper's formulas ----------------------------------------------------------------------


def layer_norm(x, scale, shift):
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + EPSILON) * scale + shift


def head_of(weights, x):
    """[rows, window, width] -> what the head gives, [rows, numbers], in float64."""
    w = {name: value.astype(np.float64) for name, value in weights.items()}
    for b in range(BLOCKS):
        normed = layer_norm(x, w[f"time_scale_{b}"], w[f"time_shift_{b}"])
        over_bars = np.einsum("rtf,tu->ruf", normed, w[f"bars_{b}"]) + w[f"bars_bias_{b}"][None, :, None]
        x = x + np.maximum(over_bars, 0)
        normed = layer_norm(x, w[f"feature_scale_{b}"], w[f"feature_shift_{b}"])
        x = x + np.maximum(normed @ w[f"wide_{b}"] + w[f"wide_bias_{b}"], 0) @ w[f"narrow_{b}"] + w[f"narrow_bias_{b}"]
    return x.reshape(len(x), -1) @ w["head"] + w["head_bias"]


def softmax(u):
    powers = np.exp(u)
    return powers / powers.sum(axis=1, keepdims=True)


def said(layer, head):
    """Raw scores and belief."""
    if layer == "regime":
        return head, softmax(head)
    belief = np.concatenate([softmax(head[:, :3])[:, :2], np.log1p(np.exp(head[:, 3:]))], axis=1)
    return belief, belief


def main(layer, folder):
    weights = drawn_weights(layer)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(graph_of(layer, weights).SerializeToString())
    manifest = {
        "format": 1,
        "layer": layer,
        "name": "mixer",
        "version": "1",
        "columns": COLUMNS,
        "beliefs": [],
        "rule": False,
        "masks": {},
        "upstreams": {},
        **({"embedding": EMBEDDING} if layer == "pattern" else {}),
        "window": WINDOW,
        "parts": [{"kind": "network", "file": "model.onnx"}],
        "weights": [1],
        "training": {"recipe": "none: random weights", "seed": SEED},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    (folder / "card.md").write_text(CARD)
    # Three decimals of float32, so that the file is short and exact.
    x = np.round(np.random.default_rng(SEED + 1).normal(0, 1.5, (GOLDEN_ROWS, WINDOW, WIDTH)), 3).astype(np.float32)
    raw, output = said(layer, head_of(weights, x.astype(np.float64)))
    rows = [[round(float(v), 3) for v in row] for row in x.reshape(GOLDEN_ROWS, -1)]
    golden = {"input": rows, "raw": raw.tolist(), "output": output.tolist()}
    text = ",\n".join(f'"{name}": [\n' + ",\n".join(json.dumps(row, separators=(",", ":")) for row in of) + "\n]" for name, of in golden.items())
    (folder / "golden.json").write_text("{\n" + text + "\n}\n")
    print(f"{folder}: {sum(v.size for v in weights.values())} weights, {(folder / 'model.onnx').stat().st_size} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in OUTPUTS:
        sys.exit(__doc__)
    main(sys.argv[1], Path(sys.argv[2]))
