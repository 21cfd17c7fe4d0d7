"""A real cluster for tests: a scheduler and workers as processes of their own on loopback, started and ended by the tests."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@dataclass
class Cluster:
    """A scheduler's address, its process and its workers'."""

    folder: Path
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where the scheduler listens, once it does."""
        file = self.folder / "scheduler.json"
        for _ in range(600):
            with contextlib.suppress(OSError, ValueError):
                return str(json.loads(file.read_text(encoding="utf-8"))["address"])
            assert self.scheduler.poll() is None, (self.folder / "dask_scheduler.log").read_text(encoding="utf-8")
            time.sleep(0.05)
        raise AssertionError("the scheduler did not say where it listens")

    def worker(self, *words: str) -> subprocess.Popen[bytes]:
        """One more worker, one thread, without a nanny that would start it again."""
        words = words or ("--nthreads", "1")
        self.workers.append(_start(self.folder, "dask_worker", self.address, "--host", "127.0.0.1", "--no-nanny", "--no-dashboard", *words))
        return self.workers[-1]


def _start(folder: Path, what: str, *words: str) -> subprocess.Popen[bytes]:
    with (folder / f"{what}.log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-W", "ignore", "-m", f"distributed.cli.{what}", *words], cwd=folder, stdout=log,
                                stderr=subprocess.STDOUT, env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])})


@contextlib.contextmanager
def dask(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """A scheduler and so many workers, on loopback. Skips, with the reason, where Dask Distributed is not installed."""
    if importlib.util.find_spec("distributed") is None:
        pytest.skip("Dask Distributed is not installed; pip install 'careshift[cluster]'")
    there = Cluster(folder, _start(folder, "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                                   "--scheduler-file", str(folder / "scheduler.json")))
    try:
        for _ in range(workers):
            there.worker()
        yield there
    finally:
        for process in (*there.workers, there.scheduler):
            process.kill()
            process.wait(30)
