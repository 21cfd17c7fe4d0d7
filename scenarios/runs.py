"""Run a question: many replications, each founded and burnt in once and forked for every plan, on local processes.

A replication is one world: its own luck and, unless central values are asked for, its own values of the evidence (or those
it shares with other seeds, so that chance is told from not knowing). What is finished is on disk at once, named by the hash
of all that determines it; a stopped comparison goes on where it was.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import numpy as np

from scenarios import keeping
from scenarios.design import Run, with_money
from scenarios.parameters import Changes, as_text, changed
from simulation.errors import BadInput, Problem, RunStopped

Index = list[tuple[int, str, str, str]]  # year, measure, unit, group
Lines = dict[str, np.ndarray]  # pounds a week by budget line; and after PEOPLE what is known of everybody, year by year
PEOPLE = "people: "


@dataclass(frozen=True)
class Job:
    """One replication of every run of a question."""

    place: str
    runs: tuple[Run, ...]
    seed: int
    replication: int
    one_in: int
    worlds: str  # "drawn" values of the evidence for each replication, or "central" ones
    changes: Changes = field(default_factory=dict)  # numbers of the register held at other values, as a posterior has them
    drawn_set: int | None = None  # which drawn values of the evidence; those of its own replication unless said

    @property
    def hash(self) -> str:
        """The hash of all that determines the answer: people, evidence, plans, luck, code."""
        from simulation.evidence.register import load as load_register
        from simulation.places import load as load_place

        told = json.dumps([load_place(self.place).hash, load_register().hash, code_hash(), self.seed, self.replication,
                           self.one_in, self.worlds, [asdict(r) for r in self.runs],
                           *([as_text(self.changes)] if self.changes else []),
                           *([self.drawn_set] if self.drawn_set not in (None, self.replication) else [])], sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()[:20]


def sets_of(count: int, seeds_per_set: int, worlds: str, learned: bool) -> list[int]:
    """Which set of numbers each of so many replications has. Raises BadInput where seeds do not come out even, or there is but one set."""
    if seeds_per_set > 1 and worlds == "central" and not learned:
        raise BadInput(Problem("", 0, "seeds per set", "central values are one set of numbers: with them all of a range is chance",
                               "leave out the central values, or the seeds per set"))
    if count % seeds_per_set:
        up = count + seeds_per_set - count % seeds_per_set
        raise BadInput(Problem("", 0, "seeds per set", f"{count} replications do not make sets of {seeds_per_set} seeds", f"run {up} replications"))
    return [k // seeds_per_set for k in range(count)]


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
    weekly: dict[str, np.ndarray]  # "run key\tmeasure" -> by week, in 32 bits as on disk
    seconds: float = 0.0
    world: str = ""


def run_one(job: Job) -> Replication:
    """Found, burn in once, fork for each run. The first runs are baselines: what they spend is what plans refer to."""
    from time import perf_counter

    from simulation.evidence.register import central, drawn
    from simulation.model import CareSystem
    from simulation.places import load as load_place

    began = perf_counter()
    place = load_place(job.place)
    which = job.replication if job.drawn_set is None else job.drawn_set
    beliefs = changed(central() if job.worlds == "central" else drawn(job.seed, which), job.changes)
    years = max(r.plan.years for r in job.runs)
    base = CareSystem(place, beliefs, replace(job.runs[0].plan, years=years), seed=job.seed,
                      replication=job.replication, one_in=job.one_in, events="counts").burn_in()
    state = base.state()
    base.close()
    del base
    lines: dict[str, dict[str, np.ndarray]] = {}
    found: dict[str, dict[tuple[int, str, str, str], float]] = {}
    weekly: dict[str, np.ndarray] = {}
    for run in job.runs:
        said, series, spent = forked(state, with_money(run, found), beliefs, lines.get(run.against))
        lines.update({run.key: spent} if spent else {})
        found[run.key] = said
        weekly.update({f"{run.key}\t{m}": a for m, a in series.items()})
    index = sorted(set().union(*found.values()))
    values = np.array([[f.get(k, np.nan) for k in index] for f in found.values()])
    return Replication(job.replication, [r.key for r in job.runs], index, values, weekly, perf_counter() - began,
                       beliefs.hash)


def forked(state: Any, run: Run, beliefs: Any, reference: Lines | None, *, look: Callable[[Any], object] | None = None
           ) -> tuple[dict[tuple[int, str, str, str], float], dict[str, np.ndarray], Lines]:
    """One run of a burnt-in world to its end: figures by year, weekly series, and of a baseline what was spent on what.

    Where somebody wants to `look` at the town at its end, every event is kept too; that changes no figure.
    """
    from simulation.evidence.register import evidence_only, sceptic
    from simulation.model import from_state
    from simulation.shift import reference_lines

    gc.collect()  # a model and its town hold one another; without this each run's town stays beside the next
    believed = {"central": lambda b: b, "sceptic": sceptic, "evidence_only": evidence_only}[run.variant](beliefs)
    spent = {line: series for line, series in reference.items() if not line.startswith(PEOPLE)} if reference else None
    people = {name.removeprefix(PEOPLE): kept for name, kept in (reference or {}).items() if name.startswith(PEOPLE)}
    system = from_state(state, replace(run.plan, reference=spent), beliefs=believed, events="all" if look else "counts").run()
    if look:
        look(system.town)
    system.recorder.twins.beside(people or system.recorder.twins.told())
    values = {(y, m, u, g): v for y, m, u, g, v in system.recorder.yearly(system.town)}
    weekly = {m: np.asarray(s, dtype=np.float32) for m, s in system.recorder.weekly(system.town).items()}
    told = {PEOPLE + name: kept for name, kept in system.recorder.twins.told().items()}
    lines = {} if run.against else {**reference_lines(system.town), **told}
    system.close()
    return values, weekly, lines


@lru_cache(maxsize=1)
def _compiled() -> list[int]:
    """How many kernels this process has compiled or read from the disk; nothing before it has."""
    return []


def warm(place: str) -> int:
    """Compile every kernel, before workers start, on a tiny sample; once in a process. Returns how many kernels there are."""
    if not _compiled():
        _compiled().append(_compile(place))
    return _compiled()[0]


def _compile(place: str) -> int:
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
    """Every replication, from disk where it was finished before. What is finished is kept, however this ends.

    Raises RunStopped where somebody stops it (Ctrl-C), a worker is ended from outside, or the disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {j.replication: folder / f"replication_{j.replication:04d}_{j.hash}.npz" for j in jobs}
    done = {j.replication: r for j in jobs if (r := load_replication(files[j.replication], j))}
    todo = [j for j in jobs if j.replication not in done]
    for k, r in enumerate(done.values()):
        if progress:
            progress(r, k + 1, len(jobs))

    def stopped(why: str, todo: str) -> RunStopped:
        return RunStopped(Problem("", 0, "", f"{why}; {len(done)} of {len(jobs)} replications are finished and kept", todo))

    again = "the same command goes on where this one stopped"
    try:
        for job, result in _results(todo, files, workers):
            done[job.replication] = result
            if progress:
                progress(result, len(done), len(jobs))
    except KeyboardInterrupt:
        raise stopped("stopped by you", again) from None
    except BrokenProcessPool:
        raise stopped("a worker process was ended from outside, most often for want of memory",
                      f"with fewer --workers (or a sample, --one-in 10) {again}") from None
    except OSError as error:
        raise stopped(f"{error.filename or folder} cannot be written ({error.strerror or error})",
                      f"make room, and {again}") from None
    return [done[k] for k in sorted(done)]


def finished(job: Job, file: Path) -> Replication:
    """Run one replication and keep it on disk at once, in whatever process this is."""
    result = run_one(job)
    save_replication(file, result)
    return result


def _results(todo: Sequence[Job], files: Mapping[int, Path], workers: int) -> Iterator[tuple[Job, Replication]]:
    if workers == 1 or len(todo) <= 1:
        for job in todo:
            yield job, finished(job, files[job.replication])
        return
    with _pool(worker_count(workers, len(todo))) as pool:
        with _deaf_to_ctrl_c():  # workers are born here, and hear of Ctrl-C from their parent alone
            futures = {pool.submit(finished, job, files[job.replication]): job for job in todo}
        for future in as_completed(futures):
            yield futures[future], future.result()


def worker_count(workers: int, jobs: int) -> int:
    """How many processes run side by side; 0 asks for one a core."""
    return max(1, min(workers or os.cpu_count() or 1, jobs))


@contextmanager
def _pool(workers: int) -> Iterator[Executor]:
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin_worker)
    try:
        yield pool
    except BaseException:
        for process in list((getattr(pool, "_processes", None) or {}).values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin_worker() -> None:
    """A worker leaves Ctrl-C to its parent, and does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := parent_process():
        wait([parent.sentinel])
        os._exit(1)


def save_replication(file: Path, r: Replication) -> None:
    """Write one finished replication whole, or not at all."""
    head = json.dumps({"replication": r.replication, "keys": r.keys, "index": r.index, "seconds": r.seconds,
                       "world": r.world, "weekly": list(r.weekly)})
    keeping.whole(file, lambda out: np.savez_compressed(out, head=np.array(head), values=r.values,
                                                        **{f"w{i}": a for i, a in enumerate(r.weekly.values())}))


def load_replication(file: Path, job: Job | None = None) -> Replication | None:
    """A finished replication, or None where there is none that can be read; a spoilt one is told of, and run again."""
    if not file.exists():
        return None
    try:
        with file.open("rb") as raw, np.load(raw) as kept:
            head = json.loads(str(kept["head"]))
            weekly = {name: kept[f"w{i}"] for i, name in enumerate(head["weekly"])}
            r = Replication(head["replication"], head["keys"], [tuple(k) for k in head["index"]], kept["values"],
                            weekly, head["seconds"], head["world"])
        if r.values.shape != (len(r.keys), len(r.index)) or (job and r.keys != [x.key for x in job.runs]):
            raise ValueError("the table does not fit its heads")
    except Exception:  # half a zip file, noughts, somebody else's file: whatever it is, it is not an answer
        print(f"{file.name} cannot be read; this replication is run again", file=sys.stderr)
        return None
    return r
