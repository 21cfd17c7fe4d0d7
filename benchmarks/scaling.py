"""From one worker to two, and what a worker and the parent need: `python -m benchmarks.scaling [--write]`.

Whole processes are measured: `careshift experiment run` with one worker and with two, in turn, from start to the last
answer on disk. Seconds are of this machine at this time; read the ratio.
"""

from __future__ import annotations

import argparse
import json
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from benchmarks.alone import memory
from scenarios import experiment, experiment_form, runs
from scenarios.experiment import Task, digest
from scenarios.store import Store
from simulation import places

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "scaling.md"
BEGINS, ENDS = "<!-- measured: begins (python -m benchmarks.scaling --write) -->", "<!-- measured: ends -->"
COPIES, PLANNED = 12, 2000


def asked(folder: Path, one_in: int, years: int, replications: int) -> experiment_form.Experiment:
    """The headline plan and doing nothing, so often."""
    (folder / "scaling.yaml").write_text(
        f"title: Scaling\nquestion: How fast with two workers?\nscenarios: [ten_percent_to_community]\nyears: {years}\n"
        f"replications: {replications}\none_in: {one_in}\n", encoding="utf-8")
    return experiment_form.load(folder / "scaling.yaml", places=places.known())


def whole(folder: Path, workers: int, name: str) -> float:
    """Seconds by the clock of one whole experiment in a process of its own, all compiled before."""
    began = perf_counter()
    done = subprocess.run([sys.executable, "-c", "from careshift.cli import main; main()", "experiment", "run", "scaling.yaml", "--workers", str(workers),
                           "--store", name], cwd=folder, capture_output=True, text=True, env=_with_root())
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return perf_counter() - began


def _with_root() -> dict[str, str]:
    import os

    return os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}


def worker(one_in: int, years: int) -> dict[str, float]:
    """One task as a worker does it, and what the parent then does with its answer: run in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        form = asked(folder, one_in, years, 1)
        task = experiment.to_do(experiment.tasks(form, places=places.known()), set())[0]
        runs.warm(task.place)  # compiled, or read from the disk, before anybody looks at the clock
        began = process_time()
        said = experiment.replicated(task)
        seconds, most = process_time() - began, memory("VmHWM")
        sent = pickle.dumps(said, protocol=5)
        began = process_time()
        state, _ = experiment.burnt_in(task)
        burn = process_time() - began
        return {"task": seconds, "megabytes": most, "sent": len(sent), "given": len(pickle.dumps(task, protocol=5)), "runs": len(said.said),
                "burn": burn, "state": held(vars(state)),
                **_parent(folder, form, task, said, sent)}


def held(what: Any) -> float:
    """Bytes of all arrays in a state, however deep."""
    if isinstance(what, np.ndarray):
        return float(what.nbytes)
    parts = what.values() if isinstance(what, Mapping) else what if isinstance(what, list | tuple) else ()
    return sum(map(held, parts))


def _parent(folder: Path, form: experiment_form.Experiment, task: Task, said: Any, sent: bytes) -> dict[str, float]:
    """Seconds to plan a run, to read an answer and to keep it; bytes kept."""
    several = [replace(task, keys=tuple(digest(key, k) for key in task.keys)) for k in range(COPIES + 1)]
    many = [replace(task, keys=tuple(digest(key, -k) for key in task.keys)) for k in range(PLANNED)]
    with Store(folder / "s.db") as store:
        began = perf_counter()
        store.begin(experiment.asked(form, many))
        plan = (perf_counter() - began) / sum(len(t.keys) for t in many)
        store.begin(experiment.asked(form, several))
        store.finish([replace(s, key=key) for s, key in zip(said.said, several[0].keys)])
        store.checkpoint()
        before, began, worked = (folder / "s.db").stat().st_size, perf_counter(), process_time()
        for one in several[1:]:
            mine = pickle.loads(sent)
            store.finish([replace(s, key=key) for s, key in zip(mine.said, one.keys)])
        keep, kept_cpu = (perf_counter() - began) / COPIES, (process_time() - worked) / COPIES
        store.checkpoint()
        stored = ((folder / "s.db").stat().st_size - before) / (COPIES * len(said.said))
    return {"parent": keep, "parent_cpu": kept_cpu, "plan": plan, "stored": stored, "figures": float(len(said.said[-1].values))}


def measure(one_in: int, years: int, tasks: int, rounds: int, size: int, horizon: int) -> dict[str, Any]:
    """One worker against two, in turn; then one task of the size that is asked for."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asked(folder, one_in, years, tasks)
        whole(folder, 1, "warm.db")
        rows = [(whole(folder, 1, f"one{k}.db"), whole(folder, 2, f"two{k}.db")) for k in range(rounds)]
    done = subprocess.run([sys.executable, "-m", "benchmarks.scaling", "--worker", str(size), "--years", str(horizon)], cwd=ROOT, capture_output=True,
                          text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return {"rows": rows, "one_in": one_in, "years": years, "tasks": tasks, "size": size, "horizon": horizon, **json.loads(done.stdout.splitlines()[-1])}


def told(f: dict[str, Any]) -> str:
    """What was measured, as Markdown."""
    ratios = sorted(one / two for one, two in f["rows"])
    least = [min(r[i] for r in f["rows"]) for i in (0, 1)]
    size = "everybody in Doncaster" if f["size"] == 1 else f"one adult in {f['size']} of Doncaster"
    return (
        f"One worker against two: {f['tasks']} tasks of one adult in {f['one_in']}, {f['years']} years, {len(f['rows'])} rounds in turn. Least of the rounds "
        f"{least[0]:.1f} and {least[1]:.1f} s by the clock: **{least[0] / least[1]:.2f} times as fast with two**; round by round "
        f"{', '.join(f'{r:.2f}' for r in ratios)}. This is the whole process, starting and importing included, and two workers are two more processes that "
        "start and import. The machine has two cores, which others may have used at the same time.\n\n"
        f"| One task: {size}, founding, burn-in and {f['runs']} runs of {f['horizon']} years | |\n|---|---:|\n"
        f"| seconds of one core | {f['task']:.0f} |\n| the worker's peak memory, MB | {f['megabytes']:,.0f} |\n"
        f"| sent to a worker, kB | {f['given'] / 1e3:,.1f} |\n| sent back, MB | {f['sent'] / 1e6:,.2f} |\n| figures a run | {f['figures']:,.0f} |\n"
        f"| kept in SQLite a run, MB | {f['stored'] / 1e6:,.2f} |\n"
        f"| the parent: to read and keep an answer, ms of a core (by a busy machine's clock) | {f['parent_cpu'] * 1e3:,.0f} ({f['parent'] * 1e3:,.0f}) |\n"
        f"| the parent: to plan a run, ms | {f['plan'] * 1e3:,.2f} |\n"
        f"| of the task: founding and burn-in, share of its seconds | {f['burn'] / f['task']:.0%} |\n"
        f"| the burnt-in world in memory, MB | {f['state'] / 1e6:,.0f} |\n")


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print; --write puts it into docs/scaling.md."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    for name, default in (("--one-in", 10), ("--years", 3), ("--tasks", 6), ("--rounds", 3), ("--size", 1), ("--horizon", 10), ("--worker", 0)):
        ask.add_argument(name, type=int, default=default)
    ask.add_argument("--write", action="store_true")
    a = ask.parse_args(words)
    if a.worker:
        print(json.dumps(worker(a.worker, a.years)))
        return
    text = told(measure(a.one_in, a.years, a.tasks, a.rounds, a.size, a.horizon))
    print(text)
    if a.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGINS)
        PAGE.write_text(f"{before}{BEGINS}\n\n{text}\n{ENDS}{rest.partition(ENDS)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
