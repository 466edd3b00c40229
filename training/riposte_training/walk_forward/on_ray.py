"""Tasks on a Ray cluster. Its nodes have this program and its packages, and read the dataset at the same path."""

import socket
from typing import Any
from urllib.parse import urlsplit

from ..packages import recorded
from ..problem import Problem
from .ground import Ground, ground_of
from .options import Options
from .result import Result
from .tasks import Finished, Task, run_task

PATIENCE_S = 5
"""Ray itself would knock at a dead address for a minute."""


def connected(address: str) -> Any:
    """Ray, as a driver of the cluster at `address`."""
    try:
        require_listener(address)
        import ray

        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    except ImportError:
        raise Problem("--ray needs the package ray: install training/requirements-ray.txt beside the trainer's packages") from None
    except (OSError, RuntimeError, ValueError) as error:
        raise Problem(f"--ray {address}: no cluster answers there ({(str(error).splitlines() or [''])[0]})") from None
    return ray


def run_on_ray(ray: Any, options: Options, tasks: list[Task]) -> Finished:
    try:
        remote = ray.remote(num_cpus=1, max_retries=0)(work)
        running = {remote.remote(options, task, recorded()): task for task in tasks}
        while running:
            [done], _ = ray.wait(list(running), num_returns=1)
            yield running.pop(done), answer(ray, done)
    finally:
        ray.shutdown()


def cores(ray: Any) -> int:
    """Of the cluster."""
    return int(ray.cluster_resources().get("CPU", 1))


def require_listener(address: str) -> None:
    place = urlsplit(address if "://" in address else f"//{address}")
    if place.port:
        socket.create_connection((place.hostname or "", place.port), PATIENCE_S).close()


def answer(ray: Any, done: Any) -> Result | str:
    try:
        return ray.get(done)
    except ray.exceptions.RayError as error:
        return f"Ray: {type(error).__name__}: {str(error).strip().splitlines()[0]}"


def work(options: Options, task: Task, packages: dict[str, str]) -> Result | str:
    """Runs on a node, in a process that may have done other tasks of the walk."""
    own = recorded()
    other = next((name for name in packages if own[name] != packages[name]), None)
    if other is not None:
        return f"a node of the cluster has {other} {own[other] or 'not at all'}, not {packages[other]}"
    return run_task(options, ground_at(options), task)


def ground_at(options: Options) -> Ground:
    """Read once in a process."""
    key = repr(options)
    if key not in _read:
        _read.clear()
        _read[key] = ground_of(options)
    return _read[key]


_read: dict[str, Ground] = {}
