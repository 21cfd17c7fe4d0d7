"""A cluster by one flag: the same bits as one process, whatever worker or scheduler is really killed."""

from __future__ import annotations

import itertools
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest

from scenarios import cluster as afar
from scenarios import experiment, runs
from scenarios.experiment import Tally
from scenarios.store import Store
from simulation import places
from simulation.errors import RunStopped
from tests.clusters import Cluster, dask
from tests.driven import made_up, slow
from tests.test_command import Told, wait_for
from tests.test_experiment import POSIX, careshift, exports, finished, peace, read, start, whole

__all__ = ["careshift", "peace", "whole"]  # fixtures
pytestmark = POSIX


@pytest.fixture(autouse=True)
def warmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "warm", lambda _: 0)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Cluster]:
    with dask(tmp_path) as cluster:
        yield cluster


# Really killed ------------------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_a_worker_of_a_cluster_killed_midway_changes_no_bit(whole: Path, there: Cluster, tmp_path: Path) -> None:
    """Real runs on a scheduler and two workers, one killed with kill -9, against one process that was left in peace."""
    read(tmp_path)
    going = start(tmp_path, "run", "tiny.yaml", "--cluster", there.address, "--store", "s.db")
    wait_for(lambda: finished(tmp_path / "s.db") or going.poll() is not None, 240)
    assert len(finished(tmp_path / "s.db")) < 6, "it was over before anybody could be killed"
    there.workers[0].send_signal(signal.SIGKILL)
    out, err = going.communicate(timeout=240)
    assert going.returncode == 0 and not err and "6 of 6 runs are finished and kept in s.db" in out, err
    assert there.workers[0].wait(10) == -signal.SIGKILL and there.workers[1].poll() is None
    assert exports(tmp_path / "s.db", tmp_path) == ((whole / "means.csv").read_bytes(), (whole / "runs.csv").read_bytes())


def test_a_worker_killed_inside_a_replication_is_made_up_for(there: Cluster, tmp_path: Path, peace: tuple[bytes, bytes]) -> None:
    going = start(tmp_path, "run", "tiny.yaml", "--cluster", there.address, "--store", "s.db", how="killed_once")
    out, err = going.communicate(timeout=120)
    assert going.returncode == 0 and not err and "6 of 6 runs are finished and kept" in out, err
    ended = [w for w in there.workers if w.poll() is not None]
    assert (tmp_path / "killed").exists() and len(ended) == 1
    assert exports(tmp_path / "s.db", tmp_path) == peace


def test_a_scheduler_killed_midway_stops_it_plainly_and_another_goes_on(there: Cluster, tmp_path: Path, peace: tuple[bytes, bytes]) -> None:
    going = start(tmp_path, "run", "tiny.yaml", "--cluster", there.address, "--store", "s.db", how="slow")
    wait_for(lambda: finished(tmp_path / "s.db") or going.poll() is not None, 60)
    there.scheduler.kill()
    _, err = going.communicate(timeout=120)
    assert going.returncode == 2 and re.fullmatch(r"--cluster: tcp://127\.0\.0\.1:\d+: the scheduler cannot be reached .*; what is finished is kept; "
                                                  r"see that dask scheduler is running there .*\n", err), err
    assert len(finished(tmp_path / "s.db")) == 2
    (tmp_path / "other").mkdir()
    with dask(tmp_path / "other") as other:
        again = start(tmp_path, "run", "tiny.yaml", "--cluster", other.address, "--store", "s.db", "--resume", how="made_up")
        assert "6 of 6 runs are finished and kept" in again.communicate(timeout=120)[0]
    assert exports(tmp_path / "s.db", tmp_path) == peace


def test_nobody_waits_for_ever_for_workers_that_are_gone(there: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(afar, "LOOK", 0.2)
    monkeypatch.setattr(afar, "PATIENCE", 1.0)
    read(tmp_path)
    every = experiment.tasks(read(tmp_path), places=places.known())
    with afar.cluster(there.address, ["doncaster"]) as pool:
        assert pool.at_once == 2 * pool.workers
        future = pool.submit(slow, experiment.to_do(every, set())[1])
        time.sleep(0.5)
        for worker in there.workers:
            worker.kill()
        with pytest.raises(BrokenExecutor, match="no worker is left"):
            future.result(60)


# Who may answer -----------------------------------------------------------------------------------------------------------
def test_a_worker_made_of_other_code_is_refused_before_it_answers(there: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment, "replicated", made_up)
    monkeypatch.setattr(afar, "made_of", lambda place: {**experiment.origins(place), **experiment.libraries(), "code_hash": "a rule was mended"})
    every = experiment.tasks(read(tmp_path), places=places.known())
    with Store(tmp_path / "s.db") as store:
        store.begin(experiment.asked(read(tmp_path), every))
        with pytest.raises(RunStopped, match=r"a worker is made of other code \(a rule was mended there, \w{16} here\); install the same"):
            experiment.carry_out(experiment.to_do(every, set()), store, lambda: afar.cluster(there.address, ["doncaster"]), at_once=2, tally=Tally(6, 0))
    assert not finished(tmp_path / "s.db")


def test_a_worker_with_many_threads_runs_one_replication_at_a_time(tmp_path: Path) -> None:
    with dask(tmp_path, workers=0) as there:
        there.worker("--nthreads", "4")
        with afar.cluster(there.address, []) as pool:
            spans = sorted(f.result(60) for f in [pool.submit(timed, 0.2) for _ in range(4)])
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))


def timed(seconds: float) -> tuple[float, float]:
    """When this began and ended, by one clock."""
    began = time.monotonic()
    time.sleep(seconds)
    return began, time.monotonic()


# Bad input ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("where", ["nonsense", "tcp://host", "tcp://host:0", "tcp://host:70000", "http://host:8786", "tcp://a b:1"])
def test_what_is_no_address_is_told_plainly(where: str, careshift: Callable[..., Told], tmp_path: Path) -> None:
    said = careshift("run", "tiny.yaml", "--cluster", where)
    assert said.code == 2 and said.err == (f"--cluster: {where!r} is not the address of a scheduler; write tcp://host:port (or tls://host:port), "
                                           "as dask scheduler prints it when it starts\n")
    assert [p.name for p in tmp_path.iterdir()] == ["tiny.yaml"], "nothing is written down"


def test_a_scheduler_that_is_not_there_is_told_plainly(careshift: Callable[..., Told], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="Dask Distributed is not installed; pip install 'careshift[cluster]'")
    monkeypatch.setattr(afar, "CONNECT", 0.5)
    said = careshift("run", "tiny.yaml", "--cluster", "tcp://127.0.0.1:1")
    assert said.code == 2 and re.match(r"--cluster: tcp://127\.0\.0\.1:1: the scheduler cannot be reached \(.*\); what is finished is kept; see that", said.err)


def test_a_scheduler_without_workers_is_told_plainly(careshift: Callable[..., Told], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(afar, "PATIENCE", 0.5)
    (tmp_path / "cluster").mkdir()
    with dask(tmp_path / "cluster", workers=0) as there:
        said = careshift("run", "tiny.yaml", "--cluster", there.address)
    assert said.code == 2 and "no worker has joined the scheduler" in said.err and f"dask worker {there.address} --nthreads 1 --nworkers N" in said.err


def test_workers_and_cluster_together_are_refused_and_a_missing_library_is_named(careshift: Callable[..., Told], monkeypatch: pytest.MonkeyPatch) -> None:
    said = careshift("run", "tiny.yaml", "--cluster", "tcp://127.0.0.1:8786", "--workers", "2")
    assert said.code == 2 and said.err == "--workers: a cluster brings its own workers; give --workers or --cluster\n"
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = careshift("run", "tiny.yaml", "--cluster", "tcp://127.0.0.1:8786")
    assert said.code == 2 and said.err == "--cluster: distributed is needed for a cluster and is not installed; pip install 'careshift[cluster]'\n"


def test_the_command_is_told_in_help_without_dask(careshift: Callable[..., Told]) -> None:
    before = {name for name in sys.modules if name.split(".")[0] == "distributed"}
    assert "--cluster" in careshift("run", "--help").out
    assert {name for name in sys.modules if name.split(".")[0] == "distributed"} == before
