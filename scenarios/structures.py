"""How far an answer hangs on choices of structure: a plan run under every combination of them, beside doing nothing under the same.

Each world is founded and burnt in once and forked for every combination, so that two combinations differ by their choices
alone. What is found is kept in structures.csv, a line for each run of a plan, as soon as it ends; the same command goes on.
"""

from __future__ import annotations

import csv
import gc
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from scenarios.parameters import Changes, as_text, changed
from scenarios.plan import Scenario
from simulation.errors import Problem, RunStopped
from simulation.plan import Budget, Plan
from simulation.rules import WEEKS

FILE = Path(__file__).with_suffix(".yaml")
CSV = "structures.csv"
PLAN_ALONE = frozenset({"choosing.fittest_first"})  # numbers that nobody reads where no plan leads people elsewhere
PARTED = ": contributions"  # of a line: what people pay towards it


@dataclass(frozen=True)
class Choice:
    """One choice of structure: its usual way, and the other with what it changes."""

    name: str
    title: str
    usual: str
    other: str
    beliefs: Mapping[str, float]
    budget: Budget | None
    net: bool

    @property
    def of_the_plan_alone(self) -> bool:
        """Whether doing nothing is the same either way."""
        return self.budget is None and set(self.beliefs) <= PLAN_ALONE

    def told(self, other: bool) -> str:
        """One of its two ways, in words."""
        return f"{self.title}: {self.other if other else self.usual}"


class Figure(NamedTuple):
    """One outcome: what is read of a run (summed where it is several), how its years become one figure, and how it is written."""

    name: str
    title: str
    measures: tuple[str, ...]
    total: bool  # over the years; else the mean of a year
    per: float
    form: str


FIGURES = (
    Figure("net", "Council, net, £m over the plan", ("council_net",), True, 1e6, "+.1f"),
    Figure("purse", "Public purse, £m over the plan", ("council_net", "nhs_pays", "dwp"), True, 1e6, "+.1f"),
    Figure("quality", "ASCOT-years over the plan", ("ascot_years",), True, 1, "+,.0f"),
    Figure("hours", "Families' hours a week", ("unpaid_hours",), False, 1, "+,.0f"),
    Figure("beds", "Days in a hospital bed a year", ("bed_days",), False, 1, "+,.0f"))


def choices() -> tuple[Choice, ...]:
    """Every choice of structure, in the order of the file."""
    told = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(Choice(name, c["title"], c["usual"], c["other"], c.get("beliefs", {}),
                        Budget("real_growth", c["budget"]["real_growth"]) if "budget" in c else None, c.get("moves") == "net") for name, c in told.items())


def combinations(count: int) -> list[tuple[bool, ...]]:
    """Every combination of ways, all usual first: True where a choice goes the other way."""
    return list(itertools.product((False, True), repeat=count))


@dataclass(frozen=True)
class Settings:
    """How the runs are made."""

    worlds: int = 4
    one_in: int = 1
    seed: int = 1
    kind: str = "drawn"


class Row(NamedTuple):
    """The plan less doing nothing, under one combination in one world."""

    world: int
    ways: tuple[bool, ...]
    values: tuple[float, ...]  # by FIGURES


# Running -----------------------------------------------------------------------------------------------------------------
def run(asked: Scenario, settings: Settings, file: Path, say: Callable[[str], None] = lambda _: None, *, changes: Sequence[Changes] = (),
        sets: Sequence[int] = (), side_by_side: int = 1) -> list[Row]:
    """Every combination in every world; what is kept from before is not run again.

    `changes` are numbers of the register that each world holds at values of its own, `sets` which drawn values it has (those of
    its own number unless said). Several worlds `side_by_side` are each kept when they end, one alone
    combination by combination. Raises RunStopped where a worker is ended from outside.
    """
    from scenarios.experiment import decides, origins

    stamp = {"plan": decides(asked.plan), "place": asked.place, "years": str(asked.years), "one_in": str(settings.one_in), "seed": str(settings.seed),
             "kind": settings.kind, **origins(asked.place), "choices": FILE.read_text(encoding="utf-8"),
             **({"changes": repr([as_text(c) for c in changes])} if any(changes) else {}),
             **({"sets": repr(list(sets))} if list(sets) != list(range(len(sets))) else {})}
    mark = str(abs(_steady(stamp)))
    kept = [row for row in read(file, mark) if row.world < settings.worlds]
    there = {(row.world, row.ways) for row in kept}
    every = combinations(len(choices()))
    left = [_World(asked, settings, world, todo, changes[world] if changes else {}, sets[world] if sets else world)
            for world in range(settings.worlds) if (todo := tuple(ways for ways in every if (world, ways) not in there))]
    for row in _rows(left, side_by_side):
        _append(file, row, mark)
        kept.append(row)
        say(f"world {row.world + 1} of {settings.worlds}: {sum(r.world == row.world for r in kept)} of {len(every)} combinations")
    return sorted(kept, key=lambda row: (row.world, row.ways))


def _steady(told: Mapping[str, str]) -> int:
    import hashlib

    return int(hashlib.sha256(repr(sorted(told.items())).encode()).hexdigest()[:12], 16)


class _World(NamedTuple):
    """One world of a plan, and which combinations are still to be run in it."""

    asked: Scenario
    settings: Settings
    world: int
    todo: tuple[tuple[bool, ...], ...]
    changes: Changes
    drawn_set: int


def _rows(left: Sequence[_World], side_by_side: int) -> Iterator[Row]:
    """The rows of these worlds as they come: one by one, or of whole worlds where several are run side by side."""
    from scenarios import workers

    if side_by_side == 1 or len(left) < 2:
        for one in left:
            yield from _lived_through(one)
        return
    try:
        with workers.local(min(side_by_side, len(left))) as executor:
            for done in as_completed([executor.submit(_whole, one) for one in left]):
                yield from done.result()
    except BrokenExecutor:
        raise RunStopped(Problem("", 0, "", "a worker process was ended from outside, most often for want of memory; worlds that were finished are kept",
                                 "with fewer --workers the same command goes on where this one stopped")) from None


def _whole(one: _World) -> list[Row]:
    return list(_lived_through(one))


def _lived_through(one: _World) -> Iterator[Row]:
    """One world: founded, burnt in, forked for each combination; doing nothing is run once for each way that touches it."""
    from simulation.evidence.register import central, drawn
    from simulation.model import CareSystem
    from simulation.places import load

    asked, settings, world = one.asked, one.settings, one.world
    beliefs = changed(drawn(settings.seed, one.drawn_set) if settings.kind == "drawn" else central(), one.changes)
    system = CareSystem(load(asked.place), beliefs, Plan(years=asked.years), seed=settings.seed, replication=world, one_in=settings.one_in,
                        events="counts").burn_in()
    state = system.state()
    system.close()
    bases = dict[tuple[Any, ...], tuple[np.ndarray, dict[str, Any]]]()
    for ways in one.todo:
        budget, believed, net = of(ways, asked.plan.budget)
        key = (budget.name, tuple(sorted((n, v) for n, v in believed.items() if n not in PLAN_ALONE)))
        if key not in bases:
            bases[key] = _lived(state, Plan(years=asked.years, budget=budget), changed(beliefs, believed))
        base, spent = bases[key]
        plan = replace(asked.plan, years=asked.years, budget=budget, reference=spent)
        lived, _ = _lived(state, net_of_contributions(plan, spent) if net else plan, changed(beliefs, believed))
        yield Row(world, ways, tuple(float(x) for x in lived - base))


def of(ways: tuple[bool, ...], budget: Budget) -> tuple[Budget, dict[str, float], bool]:
    """What a combination changes: the budget rule, numbers of the register, and whether the money that moves is net."""
    believed, net = dict[str, float](), False
    for choice, other in zip(choices(), ways):
        if other:
            budget, net = choice.budget or budget, net or choice.net
            believed |= choice.beliefs
    return budget, believed, net


def _lived(state: Any, plan: Plan, beliefs: Any) -> tuple[np.ndarray, dict[str, Any]]:
    """A run's figures [FIGURES], and what it spent by line and week."""
    from simulation.model import from_state
    from simulation.shift import reference_lines

    gc.collect()  # a model and its town hold one another
    system = from_state(state, plan, beliefs=beliefs, events="counts").run()
    by_measure: dict[str, list[float]] = {m: [] for f in FIGURES for m in f.measures}
    for _, measure, _, group, value in system.recorder.yearly(system.town):
        if measure in by_measure and group == "all":
            by_measure[measure].append(value)
    spent = dict(reference_lines(system.town))
    system.close()
    by_year = [np.sum([by_measure[m] for m in f.measures], axis=0) for f in FIGURES]
    return np.array([(np.sum if f.total else np.mean)(values) / f.per for f, values in zip(FIGURES, by_year)]), spent


def net_of_contributions(plan: Plan, spent: Mapping[str, np.ndarray]) -> Plan:
    """The plan with each shift smaller by what people pay towards its line, as in the first year of doing nothing."""
    def kept(line: str) -> float:
        gross, paid = (float(np.asarray(spent.get(name, [0.0]))[:WEEKS].sum()) for name in (line, line + PARTED))
        return 1.0 - paid / gross if gross else 1.0

    return replace(plan, shifts=tuple(replace(s, share=s.share * kept(s.line)) for s in plan.shifts))


# Keeping -----------------------------------------------------------------------------------------------------------------
def _append(file: Path, row: Row, mark: str) -> None:
    new = not file.is_file()
    with file.open("a", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        if new:
            writer.writerow(["mark", "world", *(c.name for c in choices()), *(f.name for f in FIGURES)])
        writer.writerow([mark, row.world, *map(int, row.ways), *map(repr, row.values)])


def read(file: Path, mark: str = "") -> list[Row]:
    """What is kept of runs with this mark (any, where none is given); a line that was cut off is left out."""
    if not file.is_file():
        return []
    n, rows = len(choices()), list(csv.reader(file.read_text(encoding="utf-8").splitlines()))[1:]
    return [Row(int(r[1]), tuple(x == "1" for x in r[2:2 + n]), tuple(map(float, r[2 + n:]))) for r in rows
            if len(r) == 2 + n + len(FIGURES) and mark in ("", r[0])]


def as_data(rows: Sequence[Row]) -> list[list[Any]]:
    """Rows as they stand in run.json: world, the choices that go the other way, figures."""
    return [[row.world, [c.name for c, other in zip(choices(), row.ways) if other], *row.values] for row in rows]


def from_data(data: Sequence[Sequence[Any]]) -> list[Row]:
    """What `as_data` made, as rows again."""
    return [Row(int(world), tuple(c.name in others for c in choices()), tuple(map(float, values))) for world, others, *values in data]


# What it says -------------------------------------------------------------------------------------------------------------
def dots(rows: Sequence[Row]) -> dict[tuple[bool, ...], np.ndarray]:
    """Each combination's figures by world [worlds, FIGURES]; combinations stand in the order of `combinations`."""
    every = {ways: [r.values for r in rows if r.ways == ways] for ways in combinations(len(choices()))}
    return {ways: np.array(values) for ways, values in every.items() if values}


def moved(rows: Sequence[Row]) -> np.ndarray:
    """How far each choice's other way moves each figure [choices, FIGURES, worlds]: its mean over all ways of the others, in each world."""
    worlds = sorted({r.world for r in rows})
    held = {(r.world, r.ways): np.array(r.values) for r in rows}
    out = np.full((len(choices()), len(FIGURES), len(worlds)), np.nan)
    for c in range(len(choices())):
        for w, world in enumerate(worlds):
            pairs = [(held.get((world, ways)), held.get((world, (*ways[:c], True, *ways[c + 1:])))) for ways in combinations(len(choices())) if not ways[c]]
            both = [b - a for a, b in pairs if a is not None and b is not None]
            if both:
                out[c, :, w] = np.mean(both, axis=0)
    return out


def most(rows: Sequence[Row], figure: int = 0) -> Choice | None:
    """The choice whose other way moves a figure most, in the mean over worlds; None where luck alone could have moved each so far.

    That is where no choice's mean is further from nought than 1 in 20 of all five by Student's t over worlds; from one world, always.
    """
    from scenarios.answers_base import may_be_chance  # loads every measure, which a worker that only runs does not need

    by = moved(rows)[:, figure]
    if by.shape[1] < 2:
        return None
    told = np.where(np.abs(by.mean(axis=1)) > may_be_chance(by, len(by)), np.abs(by.mean(axis=1)), 0.0)
    return choices()[int(np.argmax(told))] if told.any() else None
