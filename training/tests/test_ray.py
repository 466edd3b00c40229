"""`--ray` on a cluster that runs everything at once in this process. `compare_ray.py` has a real one, by night."""

import socket
import sys
import types

import pytest
from walking import RIDGE, STEPS, digest, walked

from riposte_training.cli import main
from riposte_training.walk_forward import on_ray


class RayError(Exception):
    pass


class Cluster(types.ModuleType):
    """What is used of Ray."""

    exceptions = types.SimpleNamespace(RayError=RayError)

    def __init__(self, dead=()):
        super().__init__("ray")
        self.dead = dead
        self.connected = False

    def init(self, address, **_):
        if address == "auto":
            raise ConnectionError("Could not find any running Ray instance.\nMore words.")
        self.connected = True

    def remote(self, num_cpus, max_retries):
        assert (num_cpus, max_retries) == (1, 0)
        return lambda work: types.SimpleNamespace(remote=lambda options, task, packages: Promise(work, options, task, packages))

    def wait(self, promises, num_returns):
        return promises[-num_returns:], promises[:-num_returns]

    def get(self, promise):
        if promise.task.number in self.dead:
            raise RayError("The worker died.\nMore words.")
        return promise.kept()

    def cluster_resources(self):
        return {"CPU": 3.0}

    def shutdown(self):
        self.connected = False


class Promise:
    def __init__(self, work, options, task, packages):
        self.task = task
        self.kept = lambda: work(options, task, packages)


@pytest.fixture
def address():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_a_walk_on_ray_writes_the_same(dataset, tmp_path, address, monkeypatch, capsys):
    cluster = Cluster()
    monkeypatch.setitem(sys.modules, "ray", cluster)
    walked(dataset, tmp_path / "here", *RIDGE)
    assert walked(dataset, tmp_path / "ray", *RIDGE, "--ray", address)["seconds"]["processes"] == 3
    assert digest(tmp_path / "ray") == digest(tmp_path / "here")
    assert not cluster.connected


def test_a_worker_of_the_cluster_that_dies_fails_its_fold_alone(dataset, tmp_path, address, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", Cluster(dead={2}))
    document = walked(dataset, tmp_path, *RIDGE, "--ray", f"ray://{address}", code=3)
    assert [of["failed"] for of in document["folds"]] == [None, "Ray: RayError: The worker died.", None, None, None]


def test_a_node_with_other_packages_is_named(dataset, tmp_path, address, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", Cluster())
    there = {**on_ray.recorded(), "lightgbm": "1.0"}
    monkeypatch.setattr(on_ray, "recorded", iter([*[there] * 5, *[on_ray.recorded()] * 5]).__next__)
    document = walked(dataset, tmp_path, *RIDGE, "--ray", address, code=3)
    assert document["folds"][0]["failed"].startswith("a node of the cluster has lightgbm ")


@pytest.mark.parametrize("given", ["127.0.0.1:1", "auto"])
def test_a_dead_address_gets_one_line(dataset, tmp_path, monkeypatch, capsys, given):
    monkeypatch.setitem(sys.modules, "ray", Cluster())
    code = main(["walk", "--dataset", str(dataset), "--work", str(tmp_path), *STEPS, *RIDGE, "--ray", given])
    [line] = [line for line in capsys.readouterr().err.splitlines() if line.startswith("train: ")]
    assert code == 1
    assert "no cluster answers there" in line


def test_ray_is_an_extra(dataset, tmp_path, monkeypatch, capsys, address):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["walk", "--dataset", str(dataset), "--work", str(tmp_path), *STEPS, *RIDGE, "--ray", address]) == 1
    assert "requirements-ray.txt" in capsys.readouterr().err
