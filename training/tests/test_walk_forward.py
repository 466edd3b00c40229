"""`walk` from the command line: shared parts, processes, resuming, folds that fail."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from walking import BOOSTED, LINEAR, RIDGE, STEPS, digest, walked
from world import BAR, START, World, write_dataset

from riposte_training import artefact
from riposte_training.cli import main
from riposte_training.dataset import read_dataset
from riposte_training.folds import DAY_MS, Gap, Steps, walk_forward
from riposte_training.layers import LAYERS
from riposte_training.member import train_family, train_member
from riposte_training.rows import rows_of
from riposte_training.walk_forward import fold, tasks
from riposte_training.walk_forward.options import options_of

TRAINING = Path(__file__).parents[1]

# The parts of an ensemble.


@pytest.mark.parametrize("layer", ["signal", "regime"])
def test_members_of_a_family_have_the_bits_of_those_trained_alone(dataset, few_rounds, layer):
    data = read_dataset(dataset, None, 0, 1 << 52)
    rows, gap, of = rows_of(data, layer, True, 0.001), Gap(BAR, 241 * BAR), LAYERS[layer]
    family = train_family(of, of.models, rows, gap, 1)
    for model in of.models:
        alone = train_member(of, model, rows, gap, 1)
        own, other = (numbers(m, rows.x) for m in (family[model], alone))
        assert own == other, model
        assert np.array_equal(family[model].cross_fitted, alone.cross_fitted, equal_nan=True)


def numbers(trained, x):
    """Every number that a member's files hold."""
    layout = artefact.layout_of(trained)
    files, parts = artefact.number_files(layout)
    return files, parts, layout.columns, trained.weights, trained.calibration, trained.masks, trained.raws(x[:50])[0].tolist()


def test_a_walk_fits_each_part_of_a_fold_once(dataset, tmp_path, few_rounds, monkeypatch):
    fitted = []
    own = LAYERS["signal"].fit
    noted = replace(LAYERS["signal"], fit=lambda name, *of: fitted.append(name) or own(name, *of))
    monkeypatch.setitem(fold.LAYERS, "signal", noted)
    document = walked(dataset, tmp_path, "--columns", "all", "--regime", "", "--train", "50d", "--no-members")
    assert document["models"] == {"signal": ["ridge", "lightgbm", "xgboost", "catboost", "ensemble"], "regime": []}
    folds = len(document["folds"])
    assert {name: fitted.count(name) for name in set(fitted)} == dict.fromkeys(("ridge", "lightgbm", "xgboost", "catboost"), 5 * folds)
    assert not list((tmp_path / "members").iterdir())
    weights = document["folds"][0]["signal"]["ensemble"]["BTCUSDT"]["weights"]
    assert len(weights) == 4
    assert sum(weights) == pytest.approx(1)


# The same bytes, whatever happens.


def test_processes_change_no_byte(dataset, boosted, tmp_path, capfd):
    walked(dataset, tmp_path, *BOOSTED, jobs=2)
    assert digest(tmp_path) == digest(boosted)
    said = capfd.readouterr()
    assert [line for line in said.err.splitlines() if line.startswith("@")][-1] == "@ 8/8"
    assert "in 2 processes" in said.out
    assert (boosted / "cpcv.csv").exists()


def test_more_processes_than_folds_are_no_mistake(dataset, ridge, tmp_path):
    walked(dataset, tmp_path, *LINEAR, "--train", "50d", jobs=8)
    assert len(json.loads((tmp_path / "walk.json").read_text())["folds"]) == 1


def test_a_stopped_walk_goes_on_with_the_folds_that_are_missing(dataset, ridge, tmp_path, monkeypatch, capsys):
    own = tasks.KINDS["fold"]
    worked = []

    def stopped(options, ground, number):
        if number == 3 and len(worked) == 2:
            raise KeyboardInterrupt
        worked.append(number)
        return own(options, ground, number)

    monkeypatch.setitem(tasks.KINDS, "fold", stopped)
    assert main(["walk", "--dataset", str(dataset), "--work", str(tmp_path), *STEPS, *LINEAR, "--jobs", "1"]) == 130
    assert "finished folds are kept" in capsys.readouterr().err
    worked.append(0)
    walked(dataset, tmp_path, *LINEAR)
    assert worked == [1, 2, 0, 3, 4, 5]
    assert digest(tmp_path) == digest(ridge[1])
    walked(dataset, tmp_path, *LINEAR)
    assert worked[6:] == []


def test_a_killed_walk_loses_only_the_folds_at_work(dataset, ridge, tmp_path):
    both = [*LINEAR, "--jobs", "1"]
    command = [sys.executable, "-m", "riposte_training", "walk", "--dataset", str(dataset), "--work", str(tmp_path), *STEPS, *both]
    with subprocess.Popen(command, cwd=TRAINING, stderr=subprocess.PIPE, text=True) as child:
        for line in child.stderr:
            if line.startswith("@ 2/"):
                os.kill(child.pid, signal.SIGKILL)
                break
    kept = [path.parent.name for path in tmp_path.rglob("about.json")]
    assert 2 <= len(kept) <= 4
    walked(dataset, tmp_path, *both)
    assert digest(tmp_path) == digest(ridge[1])


def test_ctrl_c_ends_the_workers_too(dataset, tmp_path):
    both = ["--signal", "lightgbm", "--regime", "", "--jobs", "2"]
    command = [sys.executable, "-m", "riposte_training", "walk", "--dataset", str(dataset), "--work", str(tmp_path), *STEPS, *both]
    with subprocess.Popen(command, cwd=TRAINING, stderr=subprocess.PIPE, text=True, start_new_session=True) as child:
        lines = []
        # The end of stderr: every process that had it has ended.
        for line in child.stderr:
            lines.append(line)
            if line.startswith("@ 1/"):
                os.killpg(child.pid, signal.SIGINT)
    assert child.returncode == 130
    assert [line for line in lines if "Traceback" in line] == []
    assert lines[-1].startswith("train: stopped")


def test_a_fold_that_was_kept_half_is_made_again(dataset, ridge, tmp_path):
    walked(dataset, tmp_path, *RIDGE)
    before = digest(tmp_path)
    [arrays] = tmp_path.rglob(f"{before[0]['folds'][1]['name']}/arrays.npz")
    arrays.write_bytes(arrays.read_bytes()[:1000])
    walked(dataset, tmp_path, *RIDGE)
    assert digest(tmp_path) == before


# Folds that fail.


def test_a_fold_that_fails_is_named_the_others_are_kept_and_the_next_run_does_it_again(dataset, tmp_path, monkeypatch, capsys):
    own = tasks.KINDS["fold"]

    def failing(options, ground, number):
        if number == 2:
            raise ValueError("something\nlong")
        if number == 4:
            raise MemoryError
        return own(options, ground, number)

    whole = walked(dataset, tmp_path / "whole", *RIDGE)
    with monkeypatch.context() as patched:
        patched.setitem(tasks.KINDS, "fold", failing)
        document = walked(dataset, tmp_path / "work", *RIDGE, code=3)
    assert [of["failed"] for of in document["folds"]][:3] == [None, "ValueError: something", None]
    assert "not enough memory" in document["folds"][3]["failed"]
    said = capsys.readouterr()
    assert f"fold {whole['folds'][1]['name']} failed: ValueError: something" in said.err
    assert "ridge BTCUSDT, 3 folds" in said.out
    members = tmp_path / "work/members/signal/ridge"
    assert sorted(path.name for path in members.iterdir()) == ["1", "3", "5"]
    walked(dataset, tmp_path / "work", *RIDGE)
    assert digest(tmp_path / "work") == digest(tmp_path / "whole")


def test_where_every_fold_fails_there_are_no_figures(dataset, tmp_path, monkeypatch):
    monkeypatch.setitem(tasks.KINDS, "fold", lambda *_: 1 / 0)
    document = walked(dataset, tmp_path, *RIDGE, code=3)
    assert (document["signal"], document["decay"], document["carries"]) == ({}, [], [])
    assert (tmp_path / "trades.csv").read_text().count("\n") == 1


def test_a_worker_that_is_killed_fails_its_fold_alone(dataset, tmp_path, monkeypatch, capsys):
    own = tasks.Worker.give
    killed = []

    def give(worker, task):
        own(worker, task)
        if task.number == 2:
            killed.append(task.name)
            os.kill(worker.process.pid, signal.SIGKILL)

    monkeypatch.setattr(tasks.Worker, "give", give)
    document = walked(dataset, tmp_path, *RIDGE, code=3, jobs=2)
    assert [of["name"] for of in document["folds"] if of["failed"]] == killed
    assert document["folds"][1]["failed"] == "its process was ended by signal 9"
    assert len(document["folds"]) == 5


def test_a_worker_answers_until_its_line_ends(dataset, tmp_path):
    argv = ["--dataset", str(dataset), "--work", str(tmp_path), *STEPS, *RIDGE]
    ours, theirs = multiprocessing.Pipe()
    worker = threading.Thread(target=tasks.work, args=(theirs, options_of(argv, 1)))
    worker.start()
    for number, last in ((2, "2022-02-06"), (99, "")):
        ours.send(tasks.Task("fold", number, last))
        result = ours.recv()
        if last:
            assert result.about["rows"]["test"] == 5 * 96
        else:
            assert result == "IndexError: tuple index out of range"
    ours.close()
    worker.join(10)
    assert not worker.is_alive()


def test_a_hole_in_the_judged_span_fails_its_folds(tmp_path):
    folder = write_dataset(tmp_path / "dataset", World(), hole=(42, 46))
    document = walked(folder, tmp_path / "work", *RIDGE, code=3)
    failed = [of for of in document["folds"] if of["failed"]]
    assert [of["name"] for of in failed] == ["2022-02-11"]
    assert failed[0]["failed"].startswith("no rows of BTCUSDT for three days or longer in 2022-02-11")


def test_a_combination_that_fails_leaves_no_paths(dataset, tmp_path, monkeypatch):
    own = tasks.KINDS["combination"]
    monkeypatch.setitem(tasks.KINDS, "combination", lambda o, g, n: own(o, g, n) if n > 1 else 1 / 0)
    document = walked(dataset, tmp_path, *RIDGE, "--cpcv", "4,2", code=3)
    assert document["cpcv"]["paths"] == []
    assert document["cpcv"]["failed"] == [{"combination": 1, "reason": "ZeroDivisionError: division by zero"}]
    assert not (tmp_path / "cpcv.csv").exists()


def test_a_walk_by_months_is_the_one_of_the_trainer():
    names = [of.name for of in walk_forward(START, START + 400 * DAY_MS)]
    assert names[0] == "2022-07"
    assert names == [of.name for of in walk_forward(START, START + 400 * DAY_MS, Steps("m", 6, 1, 1))]
    assert [of.name for of in walk_forward(START, START + 400 * DAY_MS, Steps("m", 6, 2, 3))] == ["2022-07", "2022-10"]
    by_days = [of.name for of in walk_forward(START, START + 80 * DAY_MS, Steps("d", 60, 5, 7))]
    assert by_days == ["2022-03-02", "2022-03-09", "2022-03-16"]
