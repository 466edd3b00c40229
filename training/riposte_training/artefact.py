"""Writes a member's folder, whole or not at all (docs/models.md)."""

import hashlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from .card import card
from .dataset import Dataset
from .forest import Forest, write_trees
from .golden import golden
from .layout import Layout, layout_of
from .member import Member
from .onnx_file import onnx_of
from .problem import Problem

MOST_BYTES = 500_000


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def free_version(folder: Path) -> str:
    """The number after the largest that is there."""
    there = [int(p.name) for p in folder.glob("*") if re.fullmatch(r"[1-9][0-9]*", p.name)] if folder.is_dir() else []
    return str(max(there, default=0) + 1)


def write_member(
    member: Member, x: np.ndarray, data: Dataset, about: dict[str, Any], out: Path, name: str, version: str | None = None
) -> Path:
    """`x`: its training matrix. `about`: what training says of itself (`training`, `metrics`, `upstreams`). Returns the folder."""
    parent = out / member.layer.name / name
    version = version or free_version(parent)
    target = parent / version
    if target.exists():
        raise Problem(f"{target} exists, and a version is never overwritten: leave --version out for the next free one")
    write_whole(target, member_files(member, x, data, about, name, version))
    return target


def write_whole(target: Path, files: dict[str, bytes]) -> None:
    """A folder of files, which appears whole or not at all. Names may hold folders."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        draft.chmod(0o755)
        for file, content in files.items():
            (draft / file).parent.mkdir(parents=True, exist_ok=True)
            (draft / file).write_bytes(content)
        os.rename(draft, target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def member_files(member: Member, x: np.ndarray, data: Dataset, about: dict[str, Any], name: str, version: str) -> dict[str, bytes]:
    """Every file of a member's folder."""
    files, manifest = contents(member, x, data, about, name, version)
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    return {**files, "manifest.json": text, "manifest.sha256": f"{sha256(text)}\n".encode()}


def contents(
    member: Member, x: np.ndarray, data: Dataset, about: dict[str, Any], name: str, version: str
) -> tuple[dict[str, bytes], dict[str, Any]]:
    layout = layout_of(member)
    rows = layout.rows(x)
    files, parts = number_files(layout)
    onnx = []
    models = [i for i, part in enumerate(layout.parts) if part.models]
    for i in models:
        file = "model.onnx" if len(models) == 1 else f"model-{layout.parts[i].name}.onnx"
        files[file] = onnx_of(layout.parts[i], len(layout.places))
        k = member.layer.outputs
        onnx.append({"file": file, "raw": list(range(i * k, (i + 1) * k))})
    files["golden.json"] = compact(golden(member, layout, rows, files, parts)) + b"\n"
    manifest = {
        "format": 1,
        "layer": member.layer.name,
        "name": name,
        "version": version,
        "columns": list(layout.columns),
        "beliefs": list(layout.beliefs),
        "rule": layout.rule,
        "masks": member.masks,
        "schemaSha256": schema_sha256([*layout.columns, *member.masks], data),
        "upstreams": {layer: about["upstreams"][layer] for layer in layout.beliefs},
        "window": 1,
        "parts": parts,
        "weights": list(member.weights),
        "calibration": member.calibration,
        "onnx": onnx,
        "files": {},
        "training": about["training"],
        "metrics": about["metrics"],
        "verdict": None,
    }
    files["card.md"] = card(manifest, member.left_out).encode()
    manifest["files"] = {file: {"bytes": len(content), "sha256": sha256(content)} for file, content in sorted(files.items())}
    large = next((file for file, content in files.items() if len(content) > MOST_BYTES), None)
    if large is not None:
        raise Problem(f"{large} has {len(files[large])} bytes, above {MOST_BYTES}: train with fewer columns or a smaller model")
    return files, manifest


def number_files(layout: Layout) -> tuple[dict[str, bytes], list[dict[str, Any]]]:
    """`trees.bin`, `linear.json`, and the manifest's list of parts."""
    forests: list[Forest] = []
    models: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    for part in layout.parts:
        if part.kind == "rule":
            parts.append({"kind": "rule"})
        elif part.kind == "trees":
            parts.append({"kind": "trees", "library": part.name, "forests": numbers(forests, part)})
            forests += part.models
        else:
            parts.append({"kind": "linear", "models": numbers(models, part)})
            models += [model.as_json() for model in part.models]
    files = {"trees.bin": write_trees(forests)} if forests else {}
    if models:
        files["linear.json"] = compact({"models": models}) + b"\n"
    return files, parts


def numbers(before: list, part: Any) -> list[int]:
    return list(range(len(before), len(before) + len(part.models)))


def schema_sha256(names: list[str], data: Dataset) -> str:
    return sha256(compact([[name, data.formulas[name]] for name in names]))
