"""Golden rows: what must come out of the files, computed from the files by plain Python."""

import json

import numpy as np

from .layout import Layout
from .linear import linear_row
from .member import Member, belief_of
from .walk import walk_row

ROWS = 40


def golden(member: Member, layout: Layout, x: np.ndarray, files: dict[str, bytes], manifest_parts: list[dict]) -> dict[str, list]:
    """`x`: rows of the input. Half of the golden rows have one number at, just below or just above a threshold of each forest in turn."""
    from .forest import read_trees

    forests = read_trees(files["trees.bin"]) if "trees.bin" in files else []
    models = json.loads(files["linear.json"])["models"] if "linear.json" in files else []
    rows = x[np.linspace(0, len(x) - 1, ROWS).astype(int)].copy()
    for i in range(ROWS // 2 if forests else 0):
        forest = forests[i % len(forests)]
        if len(forest.threshold):
            node = (i * 7919) % len(forest.threshold)
            edge = np.float32(forest.threshold[node])
            near = (edge, np.nextafter(edge, np.float32(-np.inf)), np.nextafter(edge, np.float32(np.inf)))[i % 3]
            column = forest.column[forest.feature[node]]
            # Probabilities of a rule stay what a rule may say.
            if column < len(layout.columns):
                rows[i, column] = near
    inputs = rows.astype(float).tolist()
    raws = [
        [part_row(part, places, row, forests, models) for part, places in zip(manifest_parts, rule_places(layout), strict=True)]
        for row in inputs
    ]
    kinds = [part.kind for part in layout.parts]
    output = [belief_of(member.layer.name, kinds, member.weights, tuple(raw), member.calibration) for raw in raws]
    return {"input": inputs, "raw": [[v for part in raw for v in part] for raw in raws], "output": output}


def rule_places(layout: Layout) -> list[tuple[int, ...]]:
    return [part.places for part in layout.parts]


def part_row(part: dict, places: tuple[int, ...], row: list[float], forests: list, models: list) -> list[float]:
    if part["kind"] == "rule":
        return [row[place] for place in places]
    if part["kind"] == "trees":
        return [v for at in part["forests"] for v in walk_row(forests[at], row)]
    return [v for at in part["models"] for v in linear_row(models[at], row)]
