"""Run a question: many replications, each founded and burnt in once and forked for every plan, on local processes.

A replication is one world: its own luck and, unless central values are asked for, its own values of the evidence. What
is finished is on disk at once, named by the hash of all that determines it; a stopped comparison goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from scenarios.design import Run
from simulation.errors import BadInput, Problem, RunStopped

Index = list[tuple[int, str, str, str]]  # year, measure, unit, group


@dataclass(frozen=True)
class Job:
    """One replication of every run of a question."""

    place: str
    runs: tuple[Run, ...]
    seed: int
    replication: int
    one_in: int
    worlds: str  # "drawn" values of the evidence for each replication, or "central" ones

    @property
    def hash(self) -> str:
        """The hash of all that determines the answer: people, evidence, plans, luck, code."""
        from simulation.evidence.register import load as load_register
        from simulation.places import load as load_place

        told = json.dumps([load_place(self.place).hash, load_register().hash, code_hash(), self.seed, self.replication,
                           self.one_in, self.worlds, [asdict(r) for r in self.runs]], sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()[:20]


@lru_cache(maxsize=1)
def code_hash() -> str:
    """The hash of the simulation's own code: a changed rule never takes up an old answer."""
    root = Path(__file__).resolve().parent.parent / "simulation"
    told = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        told.update(file.relative_to(root).as_posix().encode() + file.read_bytes())
    return told.hexdigest()[:16]


@dataclass
class Replication:
    """What one replication says: a value for each run and each (year, measure, unit, group), and weekly series."""

    replication: int
    keys: list[str]
    index: Index
    values: np.ndarray  # [runs, index]
    weekly: dict[str, np.ndarray]  # "run key\tmeasure" -> by week
    seconds: float = 0.0
    world: str = ""


def run_one(job: Job) -> Replication:
    """Found, burn in once, fork for each run. The first runs are baselines: what they spend is what plans refer to."""
    from time import perf_counter

    from simulation.evidence.register import central, drawn, evidence_only, sceptic
    from simulation.model import CareSystem, from_state
    from simulation.places import load as load_place
    from simulation.shift import reference_lines

    began = perf_counter()
    place = load_place(job.place)
    beliefs = central() if job.worlds == "central" else drawn(job.seed, job.replication)
    change = {"central": lambda b: b, "sceptic": sceptic, "evidence_only": evidence_only}
    years = max(r.plan.years for r in job.runs)
    base = CareSystem(place, beliefs, replace(job.runs[0].plan, years=years), seed=job.seed,
                      replication=job.replication, one_in=job.one_in, events="counts").burn_in()
    state = base.state()
    base.close()
    lines: dict[str, dict[str, np.ndarray]] = {}
    found: list[dict[tuple[int, str, str, str], float]] = []
    weekly: dict[str, np.ndarray] = {}
    for run in job.runs:
        plan = replace(run.plan, reference=lines.get(run.against))
        system = from_state(state, plan, beliefs=change[run.variant](beliefs))
        system.run()
        if not run.against:
            lines[run.key] = reference_lines(system.town)
        found.append({(y, m, u, g): v for y, m, u, g, v in system.recorder.yearly(system.town)})
        weekly.update({f"{run.key}\t{m}": np.asarray(s) for m, s in system.recorder.weekly(system.town).items()})
        system.close()
    index = sorted(set().union(*found))
    values = np.array([[f.get(k, np.nan) for k in index] for f in found])
    return Replication(job.replication, [r.key for r in job.runs], index, values, weekly, perf_counter() - began,
                       beliefs.hash)


def warm(place: str) -> int:
    """Compile every kernel once, before workers start, on a tiny sample. Returns how many kernels there are."""
    from simulation.evidence.register import central
    from simulation.model import CareSystem
    from simulation.places import load as load_place
    from simulation.plan import Plan
    from simulation.process import KERNELS

    system = CareSystem(load_place(place), central(), Plan(years=1), seed=1, one_in=200, burn_in=8, events="counts")
    system.run(9)
    system.close()
    return len(KERNELS)


def run_all(jobs: Sequence[Job], folder: Path, *, workers: int = 0,
            progress: Callable[[Replication, int, int], None] | None = None) -> list[Replication]:
    """Every replication, from disk where it was finished before. Ctrl-C keeps what is finished and raises RunStopped."""
    folder.mkdir(parents=True, exist_ok=True)
    done = {j.replication: r for j in jobs if (r := load_replication(_file(folder, j)))}
    todo = [j for j in jobs if j.replication not in done]
    for k, r in enumerate(done.values()):
        if progress:
            progress(r, k + 1, len(jobs))
    try:
        for job, result in _results(todo, workers):
            save_replication(_file(folder, job), result)
            done[job.replication] = result
            if progress:
                progress(result, len(done), len(jobs))
    except KeyboardInterrupt:
        raise RunStopped(Problem("", 0, "", f"stopped by you; {len(done)} of {len(jobs)} replications are finished and kept",
                                 "the same command goes on where this one stopped")) from None
    return [done[k] for k in sorted(done)]


def _results(todo: Sequence[Job], workers: int) -> Iterator[tuple[Job, Replication]]:
    if workers == 1 or len(todo) <= 1:
        for job in todo:
            yield job, run_one(job)
        return
    with _pool(min(workers or os.cpu_count() or 1, len(todo))) as pool:
        futures = {pool.submit(run_one, job): job for job in todo}
        for future in as_completed(futures):
            yield futures[future], future.result()


@contextmanager
def _pool(workers: int) -> Iterator[Executor]:
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_quiet)
    try:
        yield pool
    except BaseException:
        for process in list((getattr(pool, "_processes", None) or {}).values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _quiet() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _file(folder: Path, job: Job) -> Path:
    return folder / f"replication_{job.replication:04d}_{job.hash}.npz"


def save_replication(file: Path, r: Replication) -> None:
    """Write one finished replication whole, or not at all."""
    head = json.dumps({"replication": r.replication, "keys": r.keys, "index": r.index, "seconds": r.seconds,
                       "world": r.world, "weekly": list(r.weekly)})
    part = file.with_suffix(f".part-{os.getpid()}")
    with part.open("wb") as out:
        np.savez_compressed(out, head=np.array(head), values=r.values,
                            **{f"w{i}": a.astype(np.float32) for i, a in enumerate(r.weekly.values())})
    part.replace(file)


def load_replication(file: Path) -> Replication | None:
    """A finished replication, or None where there is none that can be read."""
    if not file.exists():
        return None
    try:
        with np.load(file) as kept:
            head = json.loads(str(kept["head"]))
            weekly = {name: kept[f"w{i}"] for i, name in enumerate(head["weekly"])}
            return Replication(head["replication"], head["keys"], [tuple(k) for k in head["index"]], kept["values"],
                               weekly, head["seconds"], head["world"])
    except (OSError, ValueError, KeyError):
        print(f"{file.name} cannot be read; this replication is run again", file=sys.stderr)
        return None


def writable(folder: Path) -> None:
    """Refuse a results folder that cannot be written before anybody waits. Raises BadInput."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise BadInput(Problem(str(folder), 0, "", f"results cannot be written here ({error.strerror})",
                               "name another folder with --results")) from None
