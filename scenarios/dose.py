"""What a service does at no money, half, once and twice the money of its own question, over worlds drawn from the evidence.

Each world is founded and burnt in once and forked for every service and dose, so that a difference from the same world
without the money is the money's doing, and chance's where it moves something else. What is found is kept in
`docs/services/doses.csv`, a line for each run, as soon as the run ends; lines of other settings, code or evidence are
run again.
"""

from __future__ import annotations

import csv
import gc
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from scenarios import plan as files
from scenarios.runs import code_hash
from simulation.plan import Plan
from simulation.services import found

FILE = Path(__file__).resolve().parents[1] / "docs" / "services" / "doses.csv"
DOSES = (0.0, 0.5, 1.0, 2.0)
ALONE = "_alone"
WITHOUT = "as_now"  # the run of each world without any of the money

# What is kept of a run: the measure, and whether its years are added up ("sum"), averaged or only the last one counts.
KEPT = {"invested": "sum", "council_net": "sum", "nhs_pays": "sum", "double_running": "sum", "unpaid_hours": "mean",
        "ascot_years": "sum", "emergency_stays": "sum", "bed_days": "sum", "delayed_days": "sum",
        "care_home_residents": "last", "unmet_hours": "mean"}
HEAD = ("service", "dose", "world", "place", "seed", "one_in", "years", "code", "evidence", "people", "in_use", *KEPT)


@dataclass(frozen=True)
class Settings:
    """How the runs were made."""

    worlds: int = 5
    one_in: int = 5
    years: int = 5
    seed: int = 1


def scenario_of(name: str) -> files.Scenario | None:
    """The question that gives money to this service alone, where there is one."""
    if f"{name}{ALONE}" not in files.library():
        return None
    from simulation.places import known

    return files.load(f"{name}{ALONE}", places=known())


def is_scheme(kind: type) -> bool:
    """Whether money buys posts and contracts of it, so that a plan can invest in it; else it is bought person by person."""
    return not getattr(kind, "statutory", True) or "posts_run_on" in getattr(kind, "__dataclass_fields__", {})


def dosed(scenario: files.Scenario, dose: float, years: int) -> Plan:
    """The question's plan with so many times its money, for so many years."""
    invest = {name: {y: pounds * dose for y, pounds in by_year.items()} for name, by_year in scenario.plan.invest.items()}
    return replace(scenario.plan, years=years, invest=invest if dose else {})


def run(names: Sequence[str], settings: Settings, say: Callable[[str], None], file: Path = FILE) -> None:
    """Every run that is not kept yet, world by world; the file grows with each."""
    from simulation.evidence.register import load as register

    asked = {n: s for n in names if (s := scenario_of(n))}
    stamp = {"code": code_hash(), "evidence": register().hash[:16]}
    kept = [r for r in read(file) if r["service"] not in (*asked, WITHOUT) or _same(r, settings, stamp)]
    _write(file, kept)
    there = {(r["service"], float(r["dose"]), int(r["world"]), r["place"]) for r in kept if _same(r, settings, stamp)}
    for world in range(settings.worlds):
        for place in sorted({s.place for s in asked.values()}):
            todo = [(n, d) for n, s in asked.items() for d in DOSES if d and s.place == place and (n, d, world, place) not in there]
            if (WITHOUT, 0.0, world, place) not in there:
                todo.insert(0, (WITHOUT, 0.0))
            if todo:
                _world(world, place, todo, asked, settings, stamp, say, file)


def _same(row: dict[str, str], settings: Settings, stamp: dict[str, str]) -> bool:
    told = {k: str(v) for k, v in asdict(settings).items() if k != "worlds"} | stamp
    return all(row[k] == v for k, v in told.items())


def _world(world: int, place: str, todo: Sequence[tuple[str, float]], asked: dict[str, files.Scenario], settings: Settings,
           stamp: dict[str, str], say: Callable[[str], None], file: Path) -> None:
    """One world: founded, burnt in, and forked for each service and dose."""
    from simulation.evidence.register import drawn
    from simulation.model import CareSystem, from_state
    from simulation.places import load
    from simulation.shift import reference_lines

    base = CareSystem(load(place), drawn(settings.seed, world), Plan(years=settings.years), seed=settings.seed, replication=world,
                      one_in=settings.one_in, events="counts").burn_in()
    state = base.state()
    base.close()
    del base
    reference: Any = None
    if todo[0][0] != WITHOUT:
        system = from_state(state, Plan(years=settings.years)).run()
        reference = reference_lines(system.town)
        system.close()
    for name, dose in todo:
        gc.collect()  # a model and its town hold one another
        plan = Plan(years=settings.years) if name == WITHOUT else dosed(asked[name], dose, settings.years)
        system = from_state(state, replace(plan, reference=reference)).run()
        if name == WITHOUT:
            reference = reference_lines(system.town)
        yearly = {(y, m): v for y, m, _, g, v in system.recorder.yearly(system.town) if g == "all"}
        told = _row(name, yearly, settings.years)
        _append(file, {**asdict(settings), **stamp, **told, "dose": dose, "world": world, "place": place})
        say(f"world {world} of {place}: {name}, {dose:g} times")
        system.close()
        del system


def _row(name: str, yearly: dict[tuple[int, str], float], years: int) -> dict[str, Any]:
    """What is kept of a run; people with the service in the last year, and what is in use of it: of all, where nobody has money."""
    def folded(measure: str, how: str) -> float:
        values = [yearly[y, measure] for y in range(years)]
        return float(values[-1] if how == "last" else np.sum(values) / (years if how == "mean" else 1))

    def last(measure: str) -> str:
        return f"{yearly.get((years - 1, measure), 0.0):.6g}"

    told = {m: f"{folded(m, how):.10g}" for m, how in KEPT.items()}
    if name != WITHOUT:
        return {"service": name, **told, "people": last(f"users_{name}"), "in_use": last(f"used_{name}")}
    return {"service": WITHOUT, **told, **{column: ";".join(f"{s}={last(f'{measure}_{s}')}" for s in found())
                                           for column, measure in (("people", "users"), ("in_use", "used"))}}


def read(file: Path = FILE) -> list[dict[str, str]]:
    """The lines that are kept."""
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as held:
        return list(csv.DictReader(held))


def _write(file: Path, rows: Sequence[dict[str, str]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = file.with_suffix(".new")  # so that what is kept is never half written
    with whole.open("w", encoding="utf-8", newline="") as out:
        pen = csv.DictWriter(out, HEAD, lineterminator="\n", extrasaction="ignore")
        pen.writeheader()
        pen.writerows(rows)
    whole.replace(file)


def _append(file: Path, row: dict[str, Any]) -> None:
    with file.open("a", encoding="utf-8", newline="") as out:
        csv.DictWriter(out, HEAD, lineterminator="\n", extrasaction="ignore").writerow(row)
