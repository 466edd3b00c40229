"""A walk from the command line, and what it left behind."""

import csv
import hashlib
import json

from riposte_training.cli import main

STEPS = ["--train", "30d", "--test", "5d", "--step", "5d"]
RIDGE = ["--signal", "ridge", "--regime", "", "--columns", "all"]
LINEAR = ["--signal", "ridge", "--regime", "logit", "--columns", "all"]
BOOSTED = ["--signal", "lightgbm", "--regime", "logit", "--columns", "all", "--cpcv", "4,2", "--train", "45d"]


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
