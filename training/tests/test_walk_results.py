"""What a walk writes: walk.json, members, label trades, paths of a CPCV; each by another way."""

import json

import numpy as np
import pytest
from walking import RIDGE, trades_in, walked
from world import BAR, START, World, write_dataset

from riposte_training import artefact
from riposte_training.dataset import read_dataset
from riposte_training.evaluate import judged_rows
from riposte_training.folds import DAY_MS, Gap, Steps, walk_forward
from riposte_training.layers import LAYERS
from riposte_training.member import train_member, training_rows
from riposte_training.rows import rows_of


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
    assert {key: document[key] for key in ("groups", "testGroups", "combinations", "model", "failed", "trades")} == {
        **{"groups": 4, "testGroups": 2, "combinations": 6, "model": "lightgbm"},
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
        assert path["BTCUSDT"]["directionalIc"] == pytest.approx(np.corrcoef(whole, truth)[0, 1], abs=1e-12)


def test_decay_asks_the_same_members_later(dataset, ridge):
    document, _ = ridge
    assert [(of["model"], of["stepsLater"]) for of in document["decay"]] == [("ridge", 0), ("ridge", 1), ("ridge", 2)]


def test_symbols_stand_side_by_side(tmp_path):
    both = ("BTCUSDT", "ETHUSDT")
    folder = write_dataset(tmp_path / "dataset", World(days=46), symbols=both)
    document = walked(folder, tmp_path / "work", *RIDGE, "--cpcv", "3,1")
    assert tuple(document["signal"]["ridge"]) == both
    assert [tuple(path) for path in document["cpcv"]["paths"]] == [both]
    assert [(of["symbol"], of["stepsLater"]) for of in document["decay"]] == [(symbol, age) for symbol in both for age in (0, 1, 2)]
    assert all(tuple(of["signal"]["ridge"]) == both for of in document["folds"])
    assert document["folds"][0]["rows"]["test"] == 2 * 5 * 96
    trades = trades_in(tmp_path / "work")
    assert {trade["symbol"] for trade in trades} == set(both)
    keys = [(trade["model"], trade["calibrated"], float(trade["cost"]), trade["symbol"], int(trade["entryMs"])) for trade in trades]
    assert keys == sorted(keys)
    single = walked(folder, tmp_path / "single", *RIDGE, "--symbols", "ETHUSDT")
    assert single["folds"][0]["clusters"]["test"] < document["folds"][0]["clusters"]["test"]


def test_without_beliefs_there_is_no_rule_to_beat_and_members_are_of_whom_is_asked_for(tmp_path):
    folder = write_dataset(tmp_path / "dataset", World(days=40), beliefs=False)
    both = ["--signal", "ridge,lightgbm", "--regime", "logit", "--serve", "signal=ridge", "--columns", "all"]
    document = walked(folder, tmp_path / "work", *both)
    assert set(document["regime"]["logit"]["BTCUSDT"]) == {"logLoss", "gainOnPrior"}
    assert document["folds"][0]["regime"]["logit"]["BTCUSDT"]["rule"] is None
    assert document["serve"] == {"signal": "ridge", "regime": "logit"}
    assert [path.name for path in (tmp_path / "work/members/signal").iterdir()] == ["ridge"]


def test_without_calibration_predictions_are_judged_as_they_are(dataset, tmp_path):
    walked(dataset, tmp_path, *RIDGE, "--calibration", "none")
    assert not [*(tmp_path / "members").rglob("manifest.json")]
    raw, calibrated = ([t for t in trades_in(tmp_path) if t["calibrated"] == of] for of in ("0", "1"))
    bare = lambda trades: [{**t, "calibrated": ""} for t in trades]  # noqa: E731
    assert raw
    assert bare(raw) == bare(calibrated)
    walked(dataset, tmp_path / "blocks", *RIDGE)
    assert raw == [t for t in trades_in(tmp_path / "blocks") if t["calibrated"] == "0"]
