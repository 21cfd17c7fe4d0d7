"""A stored run is run again, years later if need be, and held against what was stored, bit for bit; and a pilot foretells."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from scenarios.design import Run
from scenarios.experiment import Task, asked, digest, origins, replicated
from scenarios.experiment_form import Experiment
from scenarios.packing import plan_from_text
from scenarios.parameters import from_stored
from scenarios.store import Said, Store
from scenarios.structured import parted, under
from simulation.errors import BadInput, Problem, RunStopped

PILOT_BURN_IN, PILOT_WEEKS, BURN_IN = 8, 52, 104


@dataclass
class Verdict:
    """Whether a run gives the same bits again, and what is not as it was."""

    run: Mapping[str, Any]
    figures: int
    weeks: int
    differing: list[str] = field(default_factory=list)  # figures and series whose bits differ
    moved: list[str] = field(default_factory=list)  # code, evidence, place or libraries that are others now

    @property
    def same(self) -> bool:
        return not self.differing


def verify(store: Store, key: str) -> Verdict:
    """Run one stored run again and compare every bit. Raises BadInput where it is not a finished run."""
    kept = store.run(key)
    if kept["state"] != "finished":
        raise BadInput(Problem(str(store), 0, "", f"run {key!r} is {kept['state']}, so there is nothing to compare with", "choose a finished one"))
    task = task_of(store, kept)
    outcome = replicated(task)
    if outcome.wrong:
        raise RunStopped(Problem("", 0, "", f"the run could not be repeated: {outcome.wrong[0].error.strip().splitlines()[-1]}"))
    said = outcome.said[0]
    values, weekly = store.values(kept["id"]), store.series(kept["id"])
    mine = {k: v + 0.0 for k, v in said.values.items() if not np.isnan(v)}  # minus nought is stored as nought
    differing = [" ".join(map(str, k)) for k in sorted(values.keys() | mine.keys())
                 if k not in values or k not in mine or _bits(values[k]) != _bits(mine[k])]
    differing += [f"weekly {k}" for k in sorted(weekly.keys() | said.weekly.keys())
                  if k not in weekly or k not in said.weekly or weekly[k].tobytes() != said.weekly[k].tobytes()]
    return Verdict(kept, len(values), len(weekly), differing, _moved(store, kept))


def _bits(x: float) -> bytes:
    return np.float64(x).tobytes()


def task_of(store: Store, kept: Mapping[str, Any]) -> Task:
    """The task of one stored run, from what the store holds of it and nothing else."""
    chosen = [kept]
    if kept["against"]:
        chosen.insert(0, store.run(kept["against"]))
    base, (changes, ways) = chosen[0]["scenario_name"] + "|baseline", parted(kept["changes"])
    made = tuple(under(Run(base if r is not kept else r["scenario_name"], r["budget_rule"], "central", plan_from_text(r["plan"]),
                     f"{base}|{chosen[0]['budget_rule']}|central" if r is kept and kept["against"] else "", r["title"]), ways) for r in chosen)
    known = {kept["against"]: lines} if kept["against"] and (lines := store.lines(kept["against"])) else {}
    return Task(kept["place"], from_stored(changes), made, tuple(r["key"] for r in chosen), kept["seed"], kept["replication"],
                kept["one_in"], kept["worlds"], kept["years"], frozenset({kept["key"]}), known, kept["drawn_set"])


def _moved(store: Store, kept: Mapping[str, Any]) -> list[str]:
    then, here = store.provenance(kept["provenance"]), origins(kept["place"])
    moved = [f"{name.removesuffix('_hash')}: {then[name]} then, {here[name]} now" for name in here if then[name] != here[name]]
    import platform
    from importlib.metadata import version

    made_with = json.loads(then["made_with"])
    now_with = {name: platform.python_version() if name == "python" else version(name) for name in made_with if name != "system"}
    return moved + [f"{name}: {made_with[name]} then, {now_with[name]} now" for name in now_with if made_with[name] != now_with[name]]


@dataclass
class Foretold:
    """What an experiment would take, from a pilot of one world of it: seconds of one process, bytes on disk."""

    seconds: float
    bytes: float
    pilot_seconds: float


def pilot(experiment: Experiment, every: Sequence[Task], left: Sequence[Task]) -> Foretold:
    """Found one world of its true size, run a year of it, store that year, and reckon from there. Tasks already done cost nothing."""
    from simulation.evidence.register import central
    from simulation.model import CareSystem
    from simulation.places import load as load_place
    from simulation.shift import reference_lines

    began = perf_counter()
    task = every[0]
    system = CareSystem(load_place(task.place), central(), replace(task.runs[0].plan, years=1), seed=task.seed, one_in=task.one_in,
                        burn_in=PILOT_BURN_IN, events="counts").burn_in()
    founding, began_year = perf_counter() - began, perf_counter()
    system.run()
    week = (perf_counter() - began_year) / PILOT_WEEKS
    values = {(y, m, u, g): v for y, m, u, g, v in system.recorder.yearly(system.town)}
    weekly = {m: np.asarray(s, dtype=np.float32) for m, s in system.recorder.weekly(system.town).items()}
    size = _size(experiment, task, Said(task.keys[0], values, weekly, reference_lines(system.town)))
    system.close()
    runs_left = sum(len(t.todo) for t in left)
    seconds = sum(founding + BURN_IN * week + len(t.todo) * 52 * t.years * week for t in left)
    return Foretold(seconds, runs_left * size * task.years, perf_counter() - began)


def _size(experiment: Experiment, task: Task, said: Said) -> float:
    """Bytes that a year of one run takes in a store: the growth of a small one when it is kept several times."""
    several = [replace(task, keys=tuple(digest(key, k) for key in task.keys)) for k in range(PILOT_BURN_IN)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pilot.db"
        with Store(file) as store:
            store.begin(asked(experiment, several))
            store.finish([replace(said, key=several[0].keys[0])])
            store.checkpoint()
            before = file.stat().st_size
            store.finish([replace(said, key=t.keys[0]) for t in several[1:]])
            store.checkpoint()
            return (file.stat().st_size - before) / (len(several) - 1)
