"""Mistakes get one line, and leave what is there as it was."""

import json
import shutil

import numpy as np
import pytest
from world import BAR, START, World, write_dataset

from riposte_training import packages
from riposte_training.cli import main

RIDGE = ["--layer", "signal", "--model", "ridge"]


def refused(capsys, tmp_path, *argv):
    code = main(["--out", str(tmp_path / "models"), "--work", str(tmp_path / "work"), "--logs", str(tmp_path / "logs"), *argv])
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("train: ")]
    assert code == 1
    assert len(lines) == 1
    assert not list((tmp_path / "models").rglob("manifest.json"))
    return lines[0]


@pytest.fixture
def copied(dataset, tmp_path):
    """A dataset that may be damaged."""
    return shutil.copytree(dataset, tmp_path / "dataset")


def edit(folder, change):
    about = json.loads((folder / "dataset.json").read_text())
    change(about)
    (folder / "dataset.json").write_text(json.dumps(about))


def test_no_dataset(capsys, tmp_path):
    assert "is no dataset" in refused(capsys, tmp_path, *RIDGE, "--dataset", str(tmp_path))


def test_another_schema(capsys, tmp_path, copied):
    edit(copied, lambda about: about["columns"][3].update(formula="another"))
    assert "not those of its schemaSha256" in refused(capsys, tmp_path, *RIDGE, "--dataset", str(copied))


def test_a_dataset_of_parquet_files(capsys, tmp_path, copied):
    edit(copied, lambda about: about.update(format="parquet"))
    assert "--format arrow" in refused(capsys, tmp_path, *RIDGE, "--dataset", str(copied))


def test_a_file_cut_off(capsys, tmp_path, copied):
    [file] = copied.glob("*.arrow")
    file.write_bytes(file.read_bytes()[:-5000])
    assert file.name in refused(capsys, tmp_path, *RIDGE, "--dataset", str(copied))


def test_a_symbol_that_is_missing(capsys, tmp_path, dataset):
    line = refused(capsys, tmp_path, *RIDGE, "--dataset", str(dataset), "--symbols", "BTCUSDT,ETHUSDT")
    assert "no rows of ETHUSDT: it holds BTCUSDT" in line


def test_a_horizon_longer_than_the_embargo(capsys, tmp_path, dataset):
    assert "look 60 bars ahead" in refused(capsys, tmp_path, *RIDGE, "--dataset", str(dataset), "--embargo", "59")


def test_labels_that_end_too_early(capsys, tmp_path):
    folder = write_dataset(tmp_path / "early", World(days=8), label_lag=1)
    assert "ends before it can be known" in refused(capsys, tmp_path, *RIDGE, "--dataset", str(folder))


def test_an_empty_class(capsys, tmp_path):
    folder = write_dataset(tmp_path / "short", World(days=9), absent=4)
    line = refused(capsys, tmp_path, "--layer", "regime", "--model", "lightgbm", "--dataset", str(folder))
    assert "no training row is followed by the state strongDown" in line


def test_a_span_without_rows(capsys, tmp_path, dataset):
    assert "no rows of BTCUSDT in the span" in refused(capsys, tmp_path, *RIDGE, "--dataset", str(dataset), "--from", "2030-01-01")


def test_too_few_rows(capsys, tmp_path, dataset):
    assert "are too few" in refused(capsys, tmp_path, *RIDGE, "--dataset", str(dataset), "--to", "2022-01-04")


def test_too_few_months(capsys, tmp_path, dataset):
    assert "a walk-forward needs 6" in refused(capsys, tmp_path, *RIDGE, "--dataset", str(dataset), "--evaluate")


def test_a_model_of_the_other_layer(capsys, tmp_path, dataset):
    assert "regime layer has logit" in refused(capsys, tmp_path, "--layer", "regime", "--model", "ridge", "--dataset", str(dataset))


def test_a_date_that_is_none(capsys, tmp_path):
    assert "is no date" in refused(capsys, tmp_path, *RIDGE, "--from", "yesterday")


def test_an_ensemble_without_what_the_rule_said(capsys, tmp_path):
    folder = write_dataset(tmp_path / "plain", World(days=9), beliefs=False)
    assert "--beliefs" in refused(capsys, tmp_path, "--layer", "regime", "--model", "ensemble", "--dataset", str(folder))


def test_stacking_behind_a_member_that_is_not_there(capsys, tmp_path, dataset):
    line = refused(capsys, tmp_path, *RIDGE, "--dataset", str(dataset), "--stack", "regime=logit@7")
    assert "there is no member" in line


def test_a_package_of_another_version(capsys, tmp_path, dataset, monkeypatch):
    monkeypatch.setattr(
        packages, "installed", lambda name: None if name == "lightgbm" else packages.locked()[packages.AS_LINUX.get(name, name)]
    )
    assert "lightgbm is not installed" in refused(capsys, tmp_path, *RIDGE, "--dataset", str(dataset))
    monkeypatch.setattr(packages, "installed", lambda name: "0.1")
    assert "numpy is 0.1, not" in refused(capsys, tmp_path, *RIDGE, "--dataset", str(dataset))


def test_no_memory(capsys, tmp_path, dataset, monkeypatch):
    def full(*_, **__):
        raise MemoryError

    monkeypatch.setattr(np, "empty", full)
    assert "not enough memory" in refused(capsys, tmp_path, *RIDGE, "--dataset", str(dataset))


def test_a_family_that_ends_inside_the_training_rows_is_left_out_by_name(tmp_path, capsys):
    folder = write_dataset(tmp_path / "ends", World(days=40, funding_ends_ms=START + 20 * 1440 * BAR))
    assert main(["--out", str(tmp_path / "models"), "--work", str(tmp_path), *RIDGE, "--columns", "all", "--dataset", str(folder)]) == 0
    assert "comes or goes in the training rows: mask_funding" in capsys.readouterr().err
    manifest = json.loads((tmp_path / "models/signal/ridge/1/manifest.json").read_text())
    assert "funding_rate" not in manifest["columns"]
    assert manifest["masks"] == {}
