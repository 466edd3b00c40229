"""The command: what is kept, what is to do, where it runs, what is written."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from ..evaluate import cache_key
from ..packages import recorded, require_packages
from ..problem import Problem
from ..recipe import RECIPE
from .cpcv import TRADES as CPCV
from .cpcv import cpcv_of, plan_of
from .document import document_of, label_trades, lines_of
from .ground import Ground, ground_of
from .on_ray import connected, cores, run_on_ray
from .options import Options, options_of
from .result import FORMAT, Result, keep, kept
from .tasks import Finished, Task, run_here, run_in_processes
from .trades import HEADER, write_trades

FAILED = 3
"""Exit code: some folds failed."""
Say = Callable[[str], None]


def walk(argv: list[str], say: Say) -> int:
    began = perf_counter()
    options = options_of(argv, os.cpu_count() or 1)
    try:
        require_packages()
        return run(options, began, say)
    except KeyboardInterrupt:
        say(f"train: stopped; finished folds are kept in {options.work}, the same command goes on")
        return 130


def run(options: Options, began: float, say: Say) -> int:
    require_own_format(options.work / "walk.json")
    ground = ground_of(options)
    identity = identity_of(options, ground.data.about["datasetSha256"], ground.data.names)
    cache = options.work / "folds" / cache_key(of_folds(identity))
    tasks = tasks_of(options, ground)
    results: dict[Task, Result | str] = {task: found for task in tasks if (found := kept(cache / task.name)) is not None}
    todo = [task for task in tasks if task not in results]
    say(f"{sum(map(len, ground.data.symbols))} rows of {', '.join(ground.data.names)}; {len(tasks)} folds, {len(results)} of them kept")
    finished, jobs = started(options, ground, todo)
    spent = 0.0
    for task, result in finished:
        results[task] = result
        if isinstance(result, Result):
            keep(cache / task.name, result)
            spent += result.about["seconds"]["model"]
        say(line_of(task, result))
        say(f"@ {len(results)}/{len(tasks)}")
    document = write_results(options, ground, identity, results, cache)
    wall = perf_counter() - began
    document["seconds"] = {"model": round(spent, 3), "wall": round(wall, 3), "processes": jobs}
    write_json(options.work / "walk.json", document)
    for line in lines_of(document):
        print(line, flush=True)
    over = f": {100 * (wall * jobs / spent - 1):.0f} % above it" if spent else ""
    print(f"models {spent:.1f} s in {jobs} processes, {wall:.1f} s by the clock{over}", flush=True)
    failed = [line_of(task, result) for task, result in results.items() if isinstance(result, str)]
    if failed:
        say(f"train: {failed[0]}" + (f"; and {len(failed) - 1} others" if len(failed) > 1 else ""))
    return FAILED if failed else 0


def tasks_of(options: Options, ground: Ground) -> list[Task]:
    folds = [Task("fold", number, fold.name) for number, fold in enumerate(ground.folds, 1)]
    if options.cpcv is None:
        return folds
    groups, tested = options.cpcv
    count = len(plan_of(options).combinations)
    return folds + [Task("combination", number, f"cpcv-{groups}-{tested}-{number}") for number in range(1, count + 1)]


def started(options: Options, ground: Ground, todo: list[Task]) -> tuple[Finished, int]:
    """The tasks at work, and in how many processes."""
    if options.ray is not None and todo:
        ray = connected(options.ray)
        return run_on_ray(ray, options, todo), min(cores(ray), len(todo))
    jobs = max(1, min(options.jobs, len(todo)))
    return (run_in_processes(options, todo, jobs) if jobs > 1 else run_here(options, ground, todo)), jobs


def write_results(
    options: Options, ground: Ground, identity: dict[str, Any], results: dict[Task, Result | str], cache: Path
) -> dict[str, Any]:
    """Members and trades; returns what walk.json says."""
    of_kind = lambda kind: {task.number: result for task, result in results.items() if task.kind == kind}  # noqa: E731
    document = document_of(options, ground, identity, of_kind("fold"))
    good = sorted((t for t, result in results.items() if t.kind == "fold" and isinstance(result, Result)), key=lambda task: task.number)
    write_members(options.work / "members", [cache / task.name / "members" for task in good])
    write_trades(options.work / "trades.csv", HEADER, list(label_trades(options, ground.data, [results[t] for t in good])))
    document["cpcv"], trades = cpcv_of(options, ground.data, of_kind("combination"))
    (options.work / CPCV).unlink(missing_ok=True)
    if trades:
        write_trades(options.work / CPCV, ("path", *HEADER), trades)
    return document


def require_own_format(file: Path) -> None:
    """Results of another version of this program are not overwritten."""
    try:
        found = json.loads(file.read_text()).get("format")
    except FileNotFoundError:
        return
    except (OSError, ValueError, AttributeError):
        found = None
    if found != FORMAT:
        raise Problem(f"{file} has format {found}, and this program writes {FORMAT}: remove it or give another --work")


def identity_of(options: Options, dataset: str, symbols: list[str]) -> dict[str, Any]:
    """Everything that the results depend on."""
    names = ("from_ms", "to_ms", "every", "embargo", "cost", "columns", "seed", "members", "calibrated")
    asked = {name: getattr(options, name) for name in names}
    steps = {"unit": options.steps.unit, "train": options.steps.train, "test": options.steps.test, "step": options.steps.step}
    about = {"format": FORMAT, "recipe": RECIPE, "packages": recorded(), "dataset": dataset, "symbols": symbols}
    judged = {"models": {layer: list(models) for layer, models in options.models.items()}, "serve": options.serve}
    return {**about, **asked, "steps": steps, **judged, "costs": list(options.costs), "cpcv": list(options.cpcv) if options.cpcv else None}


def of_folds(identity: dict[str, Any]) -> dict[str, Any]:
    """What a fold depends on."""
    return {name: value for name, value in identity.items() if name not in ("costs", "cpcv")}


def line_of(task: Task, result: Result | str) -> str:
    if isinstance(result, str):
        return f"{task.kind} {task.name} failed: {result}"
    seconds = result.about["seconds"]
    return f"{task.kind} {task.name}: models {seconds['model']:.1f} s of {seconds['wall']:.1f} s"


def write_members(target: Path, kept: list[Path]) -> None:
    """The members of the folds that are good, and no others."""
    draft = target.with_name("members.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for folder in kept:
        if folder.is_dir():
            shutil.copytree(folder, draft, dirs_exist_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    os.rename(draft, target)


def write_json(file: Path, document: dict[str, Any]) -> None:
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    os.replace(draft, file)
