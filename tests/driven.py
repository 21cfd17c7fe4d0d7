"""`careshift experiment` with replications that only take time or are killed: what tests start as a process of its own.

    python tests/driven.py killed_once run tiny.yaml --workers 2
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from scenarios import experiment, runs
from scenarios.experiment import Outcome, Task
from scenarios.store import Said


def made_up(task: Task) -> Outcome:
    """What a replication might say, from the keys of its runs alone: costs nothing."""
    said = []
    for key in sorted(task.todo):
        luck = np.random.default_rng(int(key[:15], 16))
        values = {(0, m, u, "all"): float(x) for (m, u), x in zip((("council_net", "pounds"), ("people", "people")), luck.normal(10, 1, 2))}
        said.append(Said(key, values, {"people": luck.normal(size=5000).astype(np.float32)}, {"home_care": luck.normal(size=52)}, 0.1, "w"))
    return Outcome(tuple(said))


def killed_once(task: Task) -> Outcome:
    """The worker with the second replication is killed, the first time."""
    time.sleep(0.2)
    if task.replication == 1 and not Path("killed").exists():
        Path("killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return made_up(task)


def killed_always(task: Task) -> Outcome:
    """Whoever takes the second replication is killed, as for want of memory."""
    if task.replication == 1:
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGKILL)
    return made_up(task)


def slow(task: Task) -> Outcome:
    """All but the first are so late that somebody stops them."""
    time.sleep(60.0 if task.replication else 0.1)
    return made_up(task)


def drive(how: str, words: list[str]) -> None:
    """The command; nothing is compiled, and `how` (where it is named) stands in for a replication."""
    from careshift import cli
    from tests import driven as importable  # not __main__, which another process does not know

    runs.warm = lambda _: 0  # type: ignore[assignment]
    if how:
        experiment.replicated = getattr(importable, how)
    sys.argv = ["careshift", "experiment", *words]
    cli.main()


if __name__ == "__main__":
    drive(sys.argv[1], sys.argv[2:])
