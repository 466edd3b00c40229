"""`walk` from the command line: shared parts, processes, resuming, failures, what is written."""

import csv
import hashlib
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
from world import BAR, START, World, write_dataset

from riposte_training import artefact, boosters, member
from riposte_training.cli import main
from riposte_training.dataset import read_dataset
from riposte_training.evaluate import judged_rows
from riposte_training.folds import DAY_MS, Gap, Steps, walk_forward
from riposte_training.layers import LAYERS
from riposte_training.member import train_family, train_member, training_rows
from riposte_training.rows import rows_of
from riposte_training.walk_forward import fold, tasks
from riposte_training.walk_forward.options import options_of

STEPS = ["--train", "30d", "--test", "5d", "--step", "5d"]
RIDGE = ["--signal", "ridge", "--regime", "", "--columns", "all"]
TRAINING = Path(__file__).parents[1]


@pytest.fixture
def few_rounds(monkeypatch):
    for library in ("lightgbm", "xgboost", "catboost"):
        monkeypatch.setattr(boosters, "ROUNDS", 12)
        monkeypatch.setitem(boosters.LIBRARIES, library, getattr(boosters, library))
    monkeypatch.setattr(boosters.lightgbm, "__defaults__", (None, 12))
    monkeypatch.setattr(boosters.lightgbm_classes, "__defaults__", (None, 8))


def walked(dataset, work, *more, code=0, jobs=1):
    assert main(["walk", "--dataset", str(dataset), "--work", str(work), *STEPS, "--jobs", str(jobs), *more]) == code
    return json.loads((work / "walk.json").read_text())


def digest(work):
    """Of everything that must be the same whenever the identity is."""
    document = json.loads((work / "walk.json").read_text())
    del document["seconds"]
    for of in document["folds"]:
        del of["seconds"]
    files = {str(p.relative_to(work)): hashlib.sha256(p.read_bytes()).hexdigest() for p in (work / "members").rglob("*") if p.is_file()}
    tables = {p.name: p.read_text() for p in work.glob("*.csv")}
    return document, files, tables


def trades_in(work, name="trades.csv"):
    with (work / name).open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def ridge(dataset, tmp_path_factory):
    """A walk of ridge and logit, and its folder."""
    work = tmp_path_factory.mktemp("ridge") / "work"
    return walked(dataset, work, "--signal", "ridge", "--regime", "logit", "--columns", "all"), work


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


@pytest.fixture(scope="module")
def boosted(dataset, tmp_path_factory):
    work = tmp_path_factory.mktemp("boosted") / "work"
    walked(dataset, work, *BOOSTED)
    return work


BOOSTED = ["--signal", "lightgbm", "--regime", "logit", "--columns", "all", "--cpcv", "4,2", "--train", "45d"]


def test_processes_change_no_byte(dataset, boosted, tmp_path, capfd):
    walked(dataset, tmp_path, *BOOSTED, jobs=2)
    assert digest(tmp_path) == digest(boosted)
    said = capfd.readouterr()
    assert [line for line in said.err.splitlines() if line.startswith("@")][-1] == "@ 8/8"
    assert "in 2 processes" in said.out
    assert (boosted / "cpcv.csv").exists()


def test_more_processes_than_folds_are_no_mistake(dataset, ridge, tmp_path):
    walked(dataset, tmp_path, "--signal", "ridge", "--regime", "logit", "--columns", "all", "--train", "50d", jobs=8)
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
    both = ["--signal", "ridge", "--regime", "logit", "--columns", "all"]
    assert main(["walk", "--dataset", str(dataset), "--work", str(tmp_path), *STEPS, *both, "--jobs", "1"]) == 130
    assert "finished folds are kept" in capsys.readouterr().err
    worked.append(0)
    walked(dataset, tmp_path, *both)
    assert worked == [1, 2, 0, 3, 4, 5]
    assert digest(tmp_path) == digest(ridge[1])
    walked(dataset, tmp_path, *both)
    assert worked[6:] == []


def test_a_killed_walk_loses_only_the_folds_at_work(dataset, ridge, tmp_path):
    both = ["--signal", "ridge", "--regime", "logit", "--columns", "all", "--jobs", "1"]
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


# What is written.


def test_walk_json_says_who_was_judged_when(ridge):
    document, work = ridge
    assert list(document) == [
        *("format identity identitySha256 datasetSha256 symbols train test step every cost seed blockDays models serve folds").split(),
        *("signal regime decay carries cpcv seconds").split(),
    ]
    assert (document["train"], document["test"], document["blockDays"]) == ("30d", "5d", 1)
    assert document["serve"] == {"signal": "ridge", "regime": "logit"}
    first = document["folds"][0]
    assert first["testFromMs"] - first["trainFromMs"] == 30 * DAY_MS
    assert [of["testFromMs"] for of in document["folds"][1:]] == [of["testToMs"] for of in document["folds"][:-1]]
    assert first["rows"]["test"] == 5 * 96
    assert first["clusters"]["test"] < first["rows"]["test"]
    assert first["regime"]["logit"]["BTCUSDT"]["rule"] > 0
    assert document["regime"]["logit"]["BTCUSDT"]["foldsBetterThanRule"] <= len(document["folds"])
    assert sorted(p.name for p in (work / "members/regime/logit").iterdir()) == ["1", "2", "3", "4", "5"]
    manifest = json.loads((work / "members/signal/ridge/2/manifest.json").read_text())
    assert (manifest["name"], manifest["version"]) == ("ridge", "2")
    assert manifest["training"]["toMs"] < document["folds"][1]["testFromMs"]
    assert sum(point["rows"] for point in document["signal"]["ridge"]["BTCUSDT"]["curve"]) == 5 * 5 * 96


def test_a_member_of_a_fold_is_that_of_its_training_rows(dataset, ridge):
    document, work = ridge
    data, gap = read_dataset(dataset, None, 0, 1 << 52), Gap(BAR, 241 * BAR)
    rows = rows_of(data, "signal", False, 0.001)
    of = document["folds"][2]
    alone = train_member(LAYERS["signal"], "ridge", training_rows(rows, of["trainFromMs"], of["testFromMs"], gap), gap, 1, False)
    assert (work / "members/signal/ridge/3/linear.json").read_bytes() == artefact.number_files(artefact.layout_of(alone))[0]["linear.json"]


def test_trades_are_those_of_a_plain_loop(dataset, ridge):
    _, work = ridge
    data, gap = read_dataset(dataset, None, 0, 1 << 52), Gap(BAR, 241 * BAR)
    rows, symbol = rows_of(data, "signal", False, 0.001), data.symbols[0]
    wanted = {key: [] for key in (("0", 0.0), ("0", 0.0004), ("0", 0.001), ("1", 0.0), ("1", 0.0004), ("1", 0.001))}
    free = dict.fromkeys(wanted, 0)
    for of in walk_forward(*Steps("d", 30, 5, 5).whole(int(rows.time[0]), int(rows.time[-1])), Steps("d", 30, 5, 5)):
        trained = train_member(LAYERS["signal"], "ridge", training_rows(rows, of.from_ms, of.test_ms, gap), gap, 1, False)
        test = rows.at(judged_rows(rows, of))
        [raw] = trained.raws(test.x)
        for net, calibrated in ((raw, "0"), (trained.belief([raw])[:, 3:5], "1")):
            for at, said in zip(test.time.tolist(), net.tolist(), strict=True):
                row = int(np.flatnonzero(symbol.time == at)[0])
                for (kind, cost), trades in wanted.items():
                    gross = [v + 0.001 for v in said]
                    side = 0 if gross[0] >= gross[1] else 1
                    if kind == calibrated and at >= free[kind, cost] and gross[side] > cost:
                        free[kind, cost] = int(symbol.known[row, side])
                        trades.append((at, free[kind, cost], (1, -1)[side], float(symbol.gross[row, side])))
    found = {key: [] for key in wanted}
    for trade in trades_in(work):
        assert (trade["model"], trade["symbol"]) == ("ridge", "BTCUSDT")
        of = (int(trade["entryMs"]), int(trade["exitMs"]), int(trade["side"]), float(trade["gross"]))
        found[trade["calibrated"], float(trade["cost"])].append(of)
    assert found == wanted
    assert len(found["0", 0.0]) > 100


def test_paths_of_a_cpcv_judge_every_row_once(boosted):
    document = json.loads((boosted / "walk.json").read_text())["cpcv"]
    assert {key: document[key] for key in ("groups", "testGroups", "combinations", "model", "symbol", "failed", "trades")} == {
        **{"groups": 4, "testGroups": 2, "combinations": 6, "model": "lightgbm", "symbol": "BTCUSDT"},
        **{"failed": [], "trades": "cpcv.csv"},
    }
    assert len(document["paths"]) == 3
    for path in ("1", "2", "3"):
        times = [int(t["entryMs"]) for t in trades_in(boosted, "cpcv.csv") if (t["path"], t["calibrated"], t["cost"]) == (path, "0", "0")]
        assert times == sorted(set(times))
        assert times[0] < START + 4 * DAY_MS
        assert times[-1] > START + 55 * DAY_MS


PATHS = [(0, 0, 1, 2), (1, 3, 3, 4), (2, 4, 5, 5)]
"""Of four groups, two judged: the combination that speaks in each group. They are 01, 02, 03, 12, 13, 23."""


def test_paths_of_a_cpcv_are_those_of_members_trained_one_by_one(dataset, tmp_path):
    document = walked(dataset, tmp_path, *RIDGE, "--cpcv", "4,2")["cpcv"]
    rows, gap = rows_of(read_dataset(dataset, None, 0, 1 << 52), "signal", False, 0.001), Gap(BAR, 241 * BAR)
    width = (rows.time[-1] + 1 - rows.time[0]) / 4
    group = ((rows.time - rows.time[0]) // width).astype(int)
    said = []
    for tested in ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)):
        learnt = np.ones(len(rows), bool)
        for of in tested:
            begin, last, known = rows.time[group == of].min(), rows.time[group == of].max(), rows.known[group == of].max()
            earlier = (rows.known < begin) & (rows.time <= begin - 241 * BAR)
            learnt &= earlier | ((rows.time > known) & (rows.time >= last + 241 * BAR))
        [raw] = train_member(LAYERS["signal"], "ridge", rows.at(learnt), gap, 1, False).raws(rows.x)
        said.append(raw[:, 0] - raw[:, 1])
    truth = rows.y[:, 0] - rows.y[:, 1]
    for path, of in zip(document["paths"], PATHS, strict=True):
        whole = np.concatenate([said[combination][group == number] for number, combination in enumerate(of)])
        assert path["directionalIc"] == pytest.approx(np.corrcoef(whole, truth)[0, 1], abs=1e-12)


def test_decay_asks_the_same_members_later(dataset, ridge):
    document, _ = ridge
    assert [(of["model"], of["stepsLater"]) for of in document["decay"]] == [("ridge", 0), ("ridge", 1), ("ridge", 2)]


# Mistakes.


def refused(capsys, *argv):
    assert main(["walk", *argv]) == 1
    [line] = [line for line in capsys.readouterr().err.splitlines() if line.startswith("train: ")]
    return line


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--train", "6w"], "no number of months or days"),
        (["--train", "0d"], "no number of months or days"),
        (["--train", "30d", "--test", "5d"], "all three"),
        (["--train", "30d", "--test", "5d", "--step", "2d"], "judged twice"),
        (["--signal", "ridge,forest"], "the signal layer has"),
        (["--signal", "", "--regime", ""], "name a model"),
        (["--serve", "signal=logit"], "none of the models"),
        (["--signal", "ridge", "--serve", "signal=lightgbm"], "none of the models"),
        (["--costs", "0,free"], "fractions of the entry"),
        (["--costs=-0.1"], "from 0 to 1"),
        (["--cpcv", "3,3"], "fewer of them"),
        (["--cpcv", "six"], "fewer of them"),
        (["--signal", "", "--cpcv", "6,2"], "--cpcv judges the signal"),
        (["--jobs", "0"], "no whole number above 0"),
        (["--dataset", "/nowhere"], "is no dataset"),
        (["--folds", "3"], "npm run walk-forward -- --help"),
    ],
)
def test_mistakes_get_one_line(capsys, argv, said):
    assert said in refused(capsys, *argv)


def test_a_range_shorter_than_one_fold(capsys, dataset, tmp_path):
    line = refused(capsys, "--dataset", str(dataset), "--work", str(tmp_path), "--train", "60d", "--test", "5d", "--step", "5d")
    assert "the span has 59 days: a walk-forward needs 60 to train and 5 to judge" in line


def test_a_horizon_longer_than_the_embargo(capsys, dataset, tmp_path):
    line = refused(capsys, "--dataset", str(dataset), "--work", str(tmp_path), *STEPS, "--embargo", "59")
    assert "look 60 bars ahead" in line


@pytest.mark.parametrize("text", ['{"format": 2}', "[]", "no json"])
def test_results_of_another_version_are_left_alone(capsys, dataset, tmp_path, text):
    (tmp_path / "walk.json").write_text(text)
    assert "this program writes 1" in refused(capsys, "--dataset", str(dataset), "--work", str(tmp_path), *STEPS, *RIDGE)
    assert (tmp_path / "walk.json").read_text() == text


def test_a_kept_fold_of_another_version_is_named(capsys, dataset, tmp_path):
    walked(dataset, tmp_path, *RIDGE)
    about = next(tmp_path.rglob("about.json"))
    about.write_text(json.dumps({**json.loads(about.read_text()), "format": 9}))
    line = refused(capsys, "--dataset", str(dataset), "--work", str(tmp_path), *STEPS, *RIDGE)
    assert "has format 9" in line
    assert about.parent.name in line


# Leaks.


def test_a_fold_that_learns_from_its_judged_rows_is_red(dataset, tmp_path, monkeypatch):
    monkeypatch.setattr(member, "before", lambda time, known, test_ms, gap: time < test_ms + 5 * DAY_MS)
    monkeypatch.setattr("riposte_training.folds.before", lambda time, known, test_ms, gap: known + gap.bar_ms <= test_ms)
    document = walked(dataset, tmp_path, *RIDGE, code=3)
    assert all("AssertionError: purge" in of["failed"] for of in document["folds"])


CUT = START + 40 * DAY_MS + 7 * BAR


def said_before_the_cut(tmp_path, name, **world):
    """What every model of the folds before the cut, and of the fold it lies in, said until then."""
    folder = write_dataset(tmp_path / name / "dataset", World(**world))
    walked(folder, tmp_path / name / "work", "--train", "35d", "--to", "2022-02-11", "--signal", "ridge,lightgbm,ensemble")
    found = {}
    for file in sorted((tmp_path / name / "work").rglob("arrays.npz")):
        arrays = dict(np.load(file))
        for key, values in arrays.items():
            layer = key.split("/")[0]
            if layer in ("signal", "regime") and key.split("/")[-1] in ("belief", "raw"):
                found[file.parent.name, key] = values[arrays[f"{layer}/time"] <= CUT]
    return {key: values for key, values in found.items() if len(values)}


def test_predictions_of_a_walk_before_a_cut_do_not_know_what_came_after_it(tmp_path, few_rounds):
    one, other = said_before_the_cut(tmp_path, "one"), said_before_the_cut(tmp_path, "other", cut_ms=CUT)
    assert one.keys() == other.keys()
    assert len(one) == 2 * 3 + 3
    assert all(np.array_equal(one[key], other[key]) for key in one)


def test_columns_chosen_in_judged_rows_are_noticed(tmp_path, few_rounds, monkeypatch):
    """The planted leak: the choice looks at all rows there are."""
    rows = {}
    own = fold.training_rows
    monkeypatch.setattr(fold, "training_rows", lambda all_rows, *of: rows.update(all=all_rows) or own(all_rows, *of))

    def leaking(x, y, time, known, usable, gap, seed):
        strength = [abs(np.corrcoef(rows["all"].x[:, c], rows["all"].y[:, 0])[0, 1]) for c in usable]
        return [sorted(usable[i] for i in np.argsort(strength)[-6:])] * 5

    monkeypatch.setattr("riposte_training.layers.choose", leaking)
    one, other = said_before_the_cut(tmp_path, "one"), said_before_the_cut(tmp_path, "other", cut_ms=CUT)
    assert any(not np.array_equal(one[key], other[key]) for key in one)


def test_a_walk_by_months_is_the_one_of_the_trainer():
    names = [of.name for of in walk_forward(START, START + 400 * DAY_MS)]
    assert names[0] == "2022-07"
    assert names == [of.name for of in walk_forward(START, START + 400 * DAY_MS, Steps("m", 6, 1, 1))]
    assert [of.name for of in walk_forward(START, START + 400 * DAY_MS, Steps("m", 6, 2, 3))] == ["2022-07", "2022-10"]
    by_days = [of.name for of in walk_forward(START, START + 80 * DAY_MS, Steps("d", 60, 5, 7))]
    assert by_days == ["2022-03-02", "2022-03-09", "2022-03-16"]
