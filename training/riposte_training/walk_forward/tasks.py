"""Tasks, and where they run: in this process, or in workers that read the dataset for themselves."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import perf_counter

from ..problem import Problem
from ..stopwatch import model_seconds
from .cpcv import judge_combination
from .fold import judge_fold
from .ground import Ground, ground_of
from .options import Options
from .result import Result


@dataclass(frozen=True)
class Task:
    """Fold `number`, or combination `number` of a CPCV; both from 1."""

    kind: str
    number: int
    name: str


KINDS = {"fold": judge_fold, "combination": judge_combination}
Finished = Iterator[tuple[Task, Result | str]]
"""Tasks in the order in which they end, each with its result or with one line that says why there is none."""


def run_task(options: Options, ground: Ground, task: Task) -> Result | str:
    began, before = perf_counter(), model_seconds()
    try:
        result = KINDS[task.kind](options, ground, task.number)
    except Problem as problem:
        return str(problem)
    except MemoryError:
        return "there is not enough memory: give fewer --jobs, a shorter --train or a larger --every"
    except Exception as error:
        return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
    seconds = {"model": round(model_seconds() - before, 3), "wall": round(perf_counter() - began, 3)}
    return replace(result, about={**result.about, "seconds": seconds})


def run_here(options: Options, ground: Ground, tasks: list[Task]) -> Finished:
    for task in tasks:
        yield task, run_task(options, ground, task)


def run_in_processes(options: Options, tasks: list[Task], jobs: int) -> Finished:
    """A worker that dies takes the task at work with it and no other; another one takes its place."""
    waiting = list(reversed(tasks))
    workers: list[Worker] = []
    try:
        while waiting or workers:
            while waiting and len(workers) < jobs:
                workers.append(Worker(options, waiting.pop()))
            for line in wait([worker.line for worker in workers]):
                worker = next(w for w in workers if w.line is line)
                task, result = worker.task, worker.result()
                if result is None or not waiting:
                    workers.remove(worker)
                    yield task, result if result is not None else worker.died()
                    worker.end()
                else:
                    worker.give(waiting.pop())
                    yield task, result
    finally:
        for worker in workers:
            worker.end()


class Worker:
    """A process of its own, one thread, with one task at a time."""

    def __init__(self, options: Options, task: Task) -> None:
        context = multiprocessing.get_context("spawn")
        self.line, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=work, args=(theirs, options), daemon=True)
        # Ctrl-C goes to the whole group of processes; this one answers it and ends the others.
        answer = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self.process.start()
        finally:
            signal.signal(signal.SIGINT, answer)
        theirs.close()
        self.give(task)

    def give(self, task: Task) -> None:
        self.task = task
        with suppress(OSError):  # It died in between: its line ends, and `result` says so.
            self.line.send(task)

    def result(self) -> Result | str | None:
        """None: it died."""
        try:
            return self.line.recv()
        except (EOFError, OSError):
            return None

    def died(self) -> str:
        self.process.join()
        code = self.process.exitcode or 0
        return f"its process was ended by signal {-code}" if code < 0 else f"its process ended with {code}"

    def end(self) -> None:
        self.line.close()
        self.process.terminate()
        self.process.join()


def work(line: Connection, options: Options, ground: Callable[[Options], Ground] = ground_of) -> None:
    """Until the line ends: its other end is gone, or needs nothing more."""
    try:
        there = ground(options)
        while True:
            line.send(run_task(options, there, line.recv()))
    except (EOFError, OSError):
        return
