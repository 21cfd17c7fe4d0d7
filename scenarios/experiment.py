"""An experiment is carried out: every replication founded and burnt in once, every scenario forked from it, nothing lost.

Workers only run; this process alone writes to the store. A run is named by the hash of all that determines its answer, so
what is finished is never run again, by this experiment or another. The runner knows of its workers `submit` and no more.
"""

from __future__ import annotations

import hashlib
import json
import platform
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

from scenarios import design, runs, structured
from scenarios.design import Run
from scenarios.experiment_form import Experiment
from scenarios.packing import plan_as_text
from scenarios.parameters import Changes, as_text, changed
from scenarios.store import Asked, Said, Store, now
from simulation.errors import BadInput, Problem, RunStopped
from simulation.plan import Plan

SAME_FAILURES = 3  # so many failures of one kind, or workers ended from outside, and the rest is not tried
LIBRARIES = ("mesa", "numpy", "numba", "scipy")


@dataclass(frozen=True)
class Task:
    """One replication of one place under one parameter set: its runs, baselines first, and which of them are still to do."""

    place: str
    changes: Changes
    runs: tuple[Run, ...]
    keys: tuple[str, ...]
    seed: int
    replication: int
    one_in: int
    worlds: str
    years: int
    todo: frozenset[str] = frozenset()
    known: Mapping[str, runs.Lines] = field(default_factory=dict)  # what finished baselines spent, by the run's own key
    drawn_set: int | None = None  # which drawn values of the evidence; those of its own replication unless said

    @property
    def share_key(self) -> int:
        """A number that falls evenly, so that shards of an experiment are alike and never overlap."""
        return int(self.keys[0], 16)


@dataclass(frozen=True)
class Wrong:
    """Runs that ended in an error, and which."""

    keys: tuple[str, ...]
    kind: str
    error: str


@dataclass(frozen=True)
class Outcome:
    """What came of one task."""

    said: tuple[Said, ...]
    wrong: tuple[Wrong, ...] = ()


@dataclass
class Tally:
    """How far an experiment is: runs in all, kept before, finished now, failed now."""

    total: int
    before: int
    finished: int = 0
    failed: int = 0

    @property
    def told(self) -> str:
        return f"{self.before + self.finished} of {self.total} runs are finished and kept"


# What is asked ------------------------------------------------------------------------------------------------------------
def digest(*told: Any) -> str:
    """The name of something by all that determines it."""
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def decides(plan: Plan) -> str:
    """What a plan decides, whatever it is called."""
    return plan_as_text(replace(plan, name="", title=""))


def tasks(experiment: Experiment, *, places: Iterable[str]) -> list[Task]:
    """Every replication of an experiment with the keys of its runs, place by place and set by set."""
    known, out = list(places), []
    for place in dict.fromkeys(place for place, _ in experiment.cells):
        chosen: dict[str, Run] = {}
        for at, scenario in experiment.cells:
            if at == place:
                for run in design.runs_for(scenario, places=known, rivals=False, variants=False, all_rules=False):
                    for mine in (structured.under(run, ways) for ways in experiment.structures):
                        chosen.setdefault(mine.key, mine)
        ordered = tuple(sorted(chosen.values(), key=lambda run: bool(run.against)))
        hashes = origins(place)
        for changes in experiment.sets:
            out += [_task(experiment, place, changes, ordered, hashes, k) for k in range(experiment.replications)]
    return out


def _task(e: Experiment, place: str, changes: Changes, chosen: tuple[Run, ...], hashes: Mapping[str, str], replication: int) -> Task:
    plans = {run.key: structured.decides(run) or decides(run.plan) for run in chosen}
    own = replication // e.seeds_per_set
    shared = None if own == replication else own
    world = [hashes["place_hash"], hashes["evidence_hash"], hashes["code_hash"], as_text(changes), e.seed, replication, e.one_in, e.worlds,
             *([] if shared is None else [shared])]
    keys = tuple(digest(*world, plans[run.key], plans.get(run.against, "")) for run in chosen)
    return Task(place, changes, chosen, keys, e.seed, replication, e.one_in, e.worlds, e.years, drawn_set=shared)


def origins(place: str) -> dict[str, str]:
    """The hashes of the code, the evidence and the place that a run is made with."""
    from simulation.evidence.register import load as load_register
    from simulation.places import load as load_place

    return {"code_hash": runs.code_hash(), "evidence_hash": load_register().hash, "place_hash": load_place(place).hash}


def libraries() -> dict[str, str]:
    """The versions of Python and of the libraries that arithmetic goes through."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def as_row(place: str, run: Run, at: str) -> dict[str, Any]:
    """A plan put to a place, as the store numbers it: the same plan under another name has the same key."""
    return {"key": digest(place, decides(run.plan)), "place": place, "name": run.scenario, "title": run.title, "budget_rule": run.budget_rule,
            "plan": plan_as_text(run.plan), "begun": at, "changes_nothing": run.plan.changes_nothing}


def asked(experiment: Experiment, every: Sequence[Task]) -> Asked:
    """The rows of an experiment as the store writes them down before anything is run."""
    known = libraries()
    made_with = json.dumps({"python": known.pop("python"), "system": platform.platform(), **known})
    scenarios: dict[str, dict[str, Any]] = {}
    sets: dict[str, dict[str, Any]] = {}
    provenance: dict[str, dict[str, Any]] = {}
    rows, at = [], now()
    for place in dict.fromkeys(t.place for t in every):
        hashes = origins(place)
        provenance[place] = {"key": digest(hashes, made_with), **hashes, "made_with": made_with}
    first_year = {place: s.first_year for place, s in experiment.cells}
    for task in every:
        at_key = {run.key: key for run, key in zip(task.runs, task.keys)}
        for run, key in zip(task.runs, task.keys):
            changes = as_text({**task.changes, **structured.marks(run)})
            mine = sets.setdefault(changes, {"key": digest(changes), "changes": changes})
            scenario = scenarios.setdefault("|".join((task.place, run.scenario, run.budget_rule, run.variant)), as_row(task.place, run, at))
            rows.append({"key": key, "scenario": scenario["key"], "against": at_key.get(run.against, ""), "parameter_set": mine["key"],
                         "provenance": provenance[task.place]["key"], "place": task.place, "seed": task.seed,
                         "replication": task.replication, "one_in": task.one_in, "worlds": task.worlds, "years": task.years,
                         "first_year": first_year[task.place], "drawn_set": task.drawn_set})
    about = {"key": experiment.key, "name": experiment.name, "title": experiment.title, "question": experiment.question,
             "text": experiment.text, "begun": at}
    return Asked(about, list(scenarios.values()), list(sets.values()), list(provenance.values()), rows)


# In a worker --------------------------------------------------------------------------------------------------------------
def replicated(task: Task) -> Outcome:
    """Found, burn in under present policy, fork each run that is still to do. One run's error does not stop the others."""
    began = perf_counter()
    try:
        state, beliefs = burnt_in(task)
    except Exception as error:
        return Outcome((), (_wrong(tuple(sorted(task.todo)), error),))
    founding = (perf_counter() - began) / len(task.todo)
    said, wrong, lines = [], [], dict(task.known)
    at, sunk = {run.key: key for run, key in zip(task.runs, task.keys)}, set[str]()
    for run, key in zip(task.runs, task.keys):
        wanted = key in task.todo
        if key in sunk or (not wanted and (run.against or key in lines or not _leaned_on(run, task))):
            continue
        began = perf_counter()
        reference = lines[at[run.against]] if run.against else None
        try:
            ready, believed = structured.ready(run, beliefs, reference)
            values, weekly, spent = runs.forked(state, ready, believed, reference)
        except Exception as error:
            fallen = {key, *(k for r, k in zip(task.runs, task.keys) if r.against == run.key)} & task.todo
            wrong.append(_wrong(tuple(sorted(fallen)), error))
            sunk |= fallen
            continue
        lines.update({key: spent} if spent else {})
        if wanted:
            said.append(Said(key, values, weekly, spent, perf_counter() - began + founding, believed.hash))
    return Outcome(tuple(said), tuple(wrong))


def burnt_in(task: Task) -> tuple[Any, Any]:
    """The world of a task at the first week of its plans, and what is believed in it."""
    from simulation.evidence.register import central, drawn
    from simulation.model import CareSystem
    from simulation.places import load as load_place

    which = task.replication if task.drawn_set is None else task.drawn_set
    world = central() if task.worlds == "central" else drawn(task.seed, which)
    beliefs = changed(world, task.changes)
    base = CareSystem(load_place(task.place), beliefs, Plan(years=task.years), seed=task.seed, replication=task.replication,
                      one_in=task.one_in, events="counts").burn_in()
    state = base.state()
    base.close()
    return state, beliefs


def _leaned_on(run: Run, task: Task) -> bool:
    return any(r.against == run.key and k in task.todo for r, k in zip(task.runs, task.keys))


def _wrong(keys: tuple[str, ...], error: Exception) -> Wrong:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return Wrong(keys, f"{type(error).__name__} in {Path(last.filename).name}, {last.name}", "".join(traceback.format_exception(error)))


# In the parent ------------------------------------------------------------------------------------------------------------
def to_do(every: Iterable[Task], finished: set[str], shard: tuple[int, int] = (1, 1)) -> list[Task]:
    """The tasks of this shard that have runs left, each with what is left of it."""
    k, n = shard
    mine = (t for t in every if t.share_key % n == k - 1)
    left = ((t, frozenset(t.keys) - finished) for t in mine)
    return [replace(t, todo=todo) for t, todo in left if todo]


def carry_out(left: Sequence[Task], store: Store, workers: Callable[[], AbstractContextManager[Executor]], *, at_once: int, tally: Tally,
              progress: Callable[[Tally], None] = lambda _: None) -> Tally:
    """Run what is left and keep each task's answers the moment they come. Raises RunStopped, and says what is kept.

    A worker that is ended from outside is replaced and its task given again; the third time the rest is not tried. An
    executor that says `at_once` knows better than we how much it can take.
    """
    waiting, kinds, ended = deque(left), Counter[str](), 0
    try:
        while waiting:
            try:
                with workers() as executor:
                    _feed(waiting, executor, store, at_once, tally, kinds, progress)
            except BrokenExecutor:
                ended += 1
                if ended == SAME_FAILURES:
                    raise _stopped(tally, f"worker processes were ended from outside {ended} times, most often for want of memory",
                                   "with fewer --workers (or a sample, one_in: 10; on a cluster, workers with more memory) and --resume it goes on") from None
    except KeyboardInterrupt:
        raise _stopped(tally, "stopped by you", "the same command with --resume goes on where this one stopped") from None
    return tally


def _feed(waiting: deque[Task], executor: Executor, store: Store, at_once: int, tally: Tally, kinds: Counter[str],
          progress: Callable[[Tally], None]) -> None:
    """Hand out tasks, a few more than there are workers, and take in what comes; whatever happens, no task is forgotten."""
    flying: dict[Future[Outcome], Task] = {}
    try:
        while waiting or flying:
            while waiting and len(flying) < getattr(executor, "at_once", at_once):
                task = _informed(waiting[0], store)
                future = executor.submit(replicated, task)  # a broken executor says so here, and the task still waits
                flying[future] = waiting.popleft()
            for future in wait(flying, return_when=FIRST_COMPLETED).done:
                outcome = future.result()
                _keep(outcome, store, tally)
                del flying[future]
                progress(tally)
                _same(outcome, kinds, tally)
    finally:
        waiting.extendleft(flying.values())


def _informed(task: Task, store: Store) -> Task:
    """The task with what its finished baselines spent, so that they need not be run again."""
    wanted = {key for run, key in zip(task.runs, task.keys) if not run.against and key not in task.todo and _leaned_on(run, task)}
    return replace(task, known={key: lines for key in wanted if (lines := store.lines(key))}) if wanted else task


def _keep(outcome: Outcome, store: Store, tally: Tally) -> None:
    if outcome.said:
        tally.finished += store.finish(outcome.said)
    for wrong in outcome.wrong:
        store.fail(wrong.keys, wrong.kind, wrong.error)
        tally.failed += len(wrong.keys)


def _same(outcome: Outcome, kinds: Counter[str], tally: Tally) -> None:
    for wrong in outcome.wrong:
        kinds[wrong.kind] += 1
        if kinds[wrong.kind] == SAME_FAILURES:
            why = wrong.error.strip().splitlines()[-1]
            raise _stopped(tally, f"{SAME_FAILURES} failures of the same kind ({wrong.kind}: {why})",
                           "careshift experiment failed shows them; mend the cause, then go on with --resume")


def _stopped(tally: Tally, why: str, todo: str) -> RunStopped:
    failed = f", {tally.failed} failed" if tally.failed else ""
    return RunStopped(Problem("", 0, "", f"{why}; {tally.told}{failed}", todo))


def shard_of(text: str) -> tuple[int, int]:
    """Which part of an experiment this process runs: 2/5 is the second of five. Raises BadInput."""
    k, _, n = text.partition("/")
    if not (k.isascii() and n.isascii() and k.isdigit() and n.isdigit() and 1 <= int(k) <= int(n) <= 100_000):
        raise BadInput(Problem("", 0, "--shard", f"{text!r} is not a part of an experiment", "write 1/4, 2/4, 3/4 or 4/4, say"))
    return int(k), int(n)
