"""Members from the command line to the files: what they hold, and that the same seed gives the same bytes."""

import hashlib
import json
import re
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from riposte_training import artefact, boosters
from riposte_training.card import label_words
from riposte_training.cli import main
from riposte_training.layers import LAYERS

JOBS = [(layer.name, model) for layer in LAYERS.values() for model in layer.models]


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch):
    """What the files hold does not depend on how many trees there are."""
    for library in ("lightgbm", "xgboost", "catboost"):
        monkeypatch.setattr(boosters, "ROUNDS", 12)
        monkeypatch.setitem(boosters.LIBRARIES, library, getattr(boosters, library))
    monkeypatch.setattr(boosters.lightgbm, "__defaults__", (None, 12))
    monkeypatch.setattr(boosters.lightgbm_classes, "__defaults__", (None, 10))


def trained(dataset, out, *more):
    code = main(["--dataset", str(dataset), "--out", str(out), "--work", str(out / "work"), "--logs", str(out / "logs"), *more])
    assert code == 0


@pytest.fixture(scope="module")
def members(dataset, tmp_path_factory):
    """Every model of every layer, trained twice."""
    folders = [tmp_path_factory.mktemp(name) for name in ("first", "second")]
    return dataset, folders


def folder_of(members, layer, model, run=0):
    dataset, folders = members
    folder = folders[run] / layer / model / "1"
    if not folder.exists():
        trained(dataset, folders[run], "--layer", layer, "--model", model)
    return folder


@pytest.mark.parametrize(("layer", "model"), JOBS)
def test_files_are_what_the_manifest_says(members, layer, model):
    folder = folder_of(members, layer, model)
    text = (folder / "manifest.json").read_bytes()
    manifest = json.loads(text)
    assert (folder / "manifest.sha256").read_text() == hashlib.sha256(text).hexdigest() + "\n"
    assert sorted(manifest["files"]) == sorted(p.name for p in folder.iterdir() if not p.name.startswith("manifest."))
    for name, about in manifest["files"].items():
        content = (folder / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (about["bytes"], about["sha256"])
    names = [*manifest["columns"], *manifest["masks"]]
    schema = json.dumps([[n, f"formula of {n}"] for n in names], separators=(",", ":"))
    assert manifest["schemaSha256"] == hashlib.sha256(schema.encode()).hexdigest()
    assert manifest["calibration"]["blocks"] == 4
    assert abs(sum(manifest["weights"]) - 1) < 1e-12
    assert min(manifest["weights"]) > 0
    training = manifest["training"]
    assert training["embargoMs"] == (60_000 if layer == "regime" else pytest.approx(181 * 60_000, abs=60 * 60_000))
    assert manifest["rule"] == (layer == "regime" and model == "ensemble")
    assert manifest["masks"] == ({"mask_funding": 0.0} if "funding_rate" in manifest["columns"] else {})


@pytest.mark.parametrize(
    ("layer", "model", "labels"),
    [("signal", "ridge", "stop 0.5 %, target 1.5 %, 60 minutes"), ("regime", "logit", "state of the next 240 bars")],
)
def test_the_card_says_in_words_what_a_row_was_asked(members, layer, model, labels):
    text = (folder_of(members, layer, model) / "card.md").read_text()
    assert re.search(rf"^- Labels: {re.escape(labels)}; may serve from 20\d\d-\d\d-\d\d \d\d:\d\d UTC on", text, re.MULTILINE)
    assert "{" not in text


def test_distances_in_volatilities_are_said_as_such():
    labels = {
        "barriers": {"unit": "volatility", "stop": 1.5, "target": 0},
        "horizonMs": 7_200_000,
        "weight": "uniqueness",
        "sampling": {"kind": "cusum", "threshold": 5},
    }
    wanted = "stop 1.5 σ, no target, 120 minutes, σ being one bar's volatility times the root of the horizon's bars, "
    assert label_words(labels) == wanted + "at bars that a CUSUM filter of 5 chose"


@pytest.mark.parametrize(("layer", "model"), JOBS)
def test_onnx_gives_the_golden_raw_scores(members, layer, model):
    folder = folder_of(members, layer, model)
    manifest, golden = (json.loads((folder / f"{n}.json").read_text()) for n in ("manifest", "golden"))
    x, raw = np.array(golden["input"]), np.array(golden["raw"])
    assert len(x) >= 32
    assert np.array_equal(x, x.astype(np.float32))
    assert x.shape[1] == len(manifest["columns"]) + (0 if not manifest["rule"] else 7 if layer == "regime" else 6)
    covered = set()
    for file in manifest["onnx"]:
        session = onnxruntime.InferenceSession(str(folder / file["file"]), providers=["CPUExecutionProvider"])
        [said] = session.run(None, {session.get_inputs()[0].name: x.astype(np.float32)})
        assert np.abs(said - raw[:, file["raw"]]).max() < 1e-6
        covered |= set(file["raw"])
    outputs = LAYERS[layer].outputs
    assert covered == set(range(outputs if manifest["rule"] else 0, outputs * len(manifest["parts"])))
    assert np.allclose(np.array(golden["output"])[:, : 3 if layer == "signal" else 7].sum(axis=1), 1)


@pytest.mark.parametrize(("layer", "model"), JOBS)
def test_the_same_seed_gives_the_same_bytes(members, layer, model):
    first, second = (folder_of(members, layer, model, run) for run in (0, 1))
    assert [p.name for p in sorted(first.iterdir())] == [p.name for p in sorted(second.iterdir())]
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes(), path.name


def test_another_seed_gives_other_trees(members, tmp_path):
    dataset, _ = members
    trained(dataset, tmp_path, "--layer", "signal", "--model", "lightgbm", "--seed", "2")
    same = folder_of(members, "signal", "lightgbm") / "trees.bin"
    assert (tmp_path / "signal/lightgbm/1/trees.bin").read_bytes() != same.read_bytes()


def test_a_signal_behind_rules_reads_whole_beliefs(dataset, tmp_path):
    trained(dataset, tmp_path, "--layer", "signal", "--model", "ridge", "--stack", "regime,pattern")
    manifest, golden = (json.loads((tmp_path / f"signal/ridge/1/{n}.json").read_text()) for n in ("manifest", "golden"))
    assert manifest["beliefs"] == ["regime", "pattern"]
    assert manifest["upstreams"]["regime"] == {"member": "rule", "sha256": None}
    assert len(golden["input"][0]) == len(manifest["columns"]) + 7 + 3


def test_a_signal_behind_a_trained_regime_names_its_hash(dataset, tmp_path):
    trained(dataset, tmp_path, "--layer", "regime", "--model", "logit")
    trained(dataset, tmp_path, "--layer", "signal", "--model", "ridge", "--stack", "regime=logit@1")
    manifest = json.loads((tmp_path / "signal/ridge/1/manifest.json").read_text())
    sha = (tmp_path / "regime/logit/1/manifest.sha256").read_text().strip()
    assert manifest["upstreams"] == {"regime": {"member": "logit@1", "sha256": sha}}


def test_versions_are_numbered_on_and_never_overwritten(dataset, tmp_path, capsys):
    ridge = ["--layer", "signal", "--model", "ridge"]
    trained(dataset, tmp_path, *ridge)
    trained(dataset, tmp_path, *ridge)
    assert sorted(p.name for p in (tmp_path / "signal/ridge").iterdir()) == ["1", "2"]
    assert main(["--dataset", str(dataset), "--out", str(tmp_path), *ridge, "--version", "2"]) == 1
    assert "never overwritten" in capsys.readouterr().err


def test_a_member_appears_whole_or_not_at_all(dataset, tmp_path, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(artefact.os, "rename", killed)
    assert main(["--dataset", str(dataset), "--out", str(tmp_path), "--layer", "signal", "--model", "ridge"]) == 130
    assert list(Path(tmp_path / "signal/ridge").iterdir()) == []


def test_a_search_keeps_every_trial_in_the_ledger_and_the_best_in_the_recipe(dataset, tmp_path):
    trained(dataset, tmp_path, "--layer", "signal", "--model", "ridge", "--columns", "all", "--search", "4")
    looks = [json.loads(line) for line in (tmp_path / "work/looks.jsonl").read_text().splitlines()]
    assert len(looks) == 4
    best = max(looks, key=lambda look: look["crossFitted"])
    manifest = json.loads((tmp_path / "signal/ridge/1/manifest.json").read_text())
    assert json.dumps(best["settings"]) in manifest["training"]["recipe"]
    assert main(["--dataset", str(dataset), "--layer", "signal", "--model", "ridge", "--search", "4", "--evaluate"]) == 1
