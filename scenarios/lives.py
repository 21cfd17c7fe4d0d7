"""The same invented people in two runs of one world: what the ledgers tell of each, week by week, and where lives part.

Both runs are forks of one burnt-in place, so every draw is addressed to the same person, week and purpose: two lives are
the same until the plan, or somebody whom the plan moved, makes a difference. Watching reads columns after each week and
changes nothing in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scenarios import design
from scenarios.person import Criterion, who_fits
from scenarios.plan import Scenario
from simulation.errors import BadInput, Problem
from simulation.world.columns import Array

WEEKS = 52
HOURS = ("hours_paid", "hours_family", "hours_other")
STATE = ("present", "need", "dementia", "alone", "setting", "funder", "hospital", "stage", "lonely", "band", "supports", *HOURS)
BESIDE = ("hours_needed", "unmet", "care_hours", "partner")  # told of quiet weeks, and no reason to say that two lives differ
UNTOLD = frozenset({"waited", "waits to leave", "council admission", "loan repaid"})  # sums for measures, not things that befall somebody
CLOSE = 1.0  # hours a week within which help counts as the same
ORDINARY = ("age", "need", "hours_needed", "hours_paid", "hours_family", "frailty", "savings", "strain", "falls", "fifth")


@dataclass(frozen=True)
class Event:
    """One thing that befell somebody."""

    week: int
    what: str
    service: str
    cause: str


@dataclass(frozen=True)
class Life:
    """One person's life in one run: events, and what stood in their columns at each week's end [weeks]."""

    events: tuple[Event, ...]
    state: dict[str, Array]

    def in_week(self, week: int) -> list[Event]:
        """What befell them in this week, in the order it happened."""
        return [e for e in self.events if e.week == week]


@dataclass(frozen=True)
class Person:
    """Who somebody is at the beginning of the plan."""

    row: int
    age: int
    sex: str
    state: dict[str, Any]


@dataclass(frozen=True)
class Lives:
    """Two lives of one invented person, and of how many they are one."""

    person: Person
    criteria: Sequence[Criterion]
    titles: tuple[str, str]
    base: Life
    plan: Life
    fits: int  # people who fit the description
    same: int  # of them, those in whose two lives nothing differs
    parts: int  # week in which this person's two lives part, -1 where they never do
    weeks: int
    services: tuple[tuple[str, str], ...]  # name and title, in the order of the bits of `supports`
    paid: frozenset[str]  # services that the plan puts money into
    about: dict[str, Any]


class Watched:
    """One run of a burnt-in place, with the columns of some of its people kept at the end of every week."""

    def __init__(self, system: Any, rows: Array, weeks: int, tell: Callable[[], None] | None = None):
        town = system.town
        self.state = {name: np.empty((weeks, len(rows)), dtype=town.residents.arrays[name].dtype) for name in (*STATE, *BESIDE)}
        for week in range(weeks):
            system.step()
            for name, kept in self.state.items():
                kept[week] = town.residents.arrays[name][rows]
            if tell:
                tell()
        self.kinds, self.services, self.causes = town.events.kinds, town.events.services, town.events.causes
        told = town.events.table()
        told = told[np.isin(told["person"], rows)]
        order = np.argsort(told["person"], kind="stable")
        told = told[order]
        self._of = {int(row): told[first:last] for row, first, last in
                    zip(rows, np.searchsorted(told["person"], rows), np.searchsorted(told["person"], rows, side="right"), strict=True)}
        self._at = {int(row): i for i, row in enumerate(rows)}

    def life(self, row: int) -> Life:
        """One person's life in this run."""
        events = tuple(e for e in (Event(int(t["week"]), self.kinds[t["kind"]], self.services[t["service"]], self.causes[t["cause"]])
                                   for t in self._of[row]) if e.what not in UNTOLD)
        return Life(events, {name: kept[:, self._at[row]] for name, kept in self.state.items()})


def part(one: Life, other: Life) -> int:
    """The first week in which two lives differ in an event or in what is told of a week; -1 where nothing ever does.

    Hours of help within an hour a week of each other count as the same: a care worker more or less at an agency moves
    everybody's hours by minutes.
    """
    differs = np.zeros(len(one.state["present"]), dtype=bool)
    for name in STATE:
        mine, theirs = one.state[name], other.state[name]
        differs |= np.abs(mine.astype(np.float64) - theirs) > CLOSE if name in HOURS else mine != theirs
    weeks = [int(np.argmax(differs))] if differs.any() else []
    alone = {e.week for e in set(one.events) ^ set(other.events)}
    return min([*weeks, *alone], default=-1)


def most_ordinary(town: Any, rows: Array) -> Array:
    """These people, the most ordinary first: nearest to the middle of them all in each of a few columns, equally weighed.

    A distance is counted in the spread of the middle half of those who fit. Who stands equal goes by row, so the same
    place always gives the same person.
    """
    away = np.zeros(len(rows))
    for name in ORDINARY:
        values = town.residents.arrays[name][rows].astype(np.float64)
        low, middle, high = np.percentile(values, (25, 50, 75))
        away += np.abs(values - middle) / ((high - low) or values.std() or 1.0)
    return rows[np.lexsort((rows, away))]


def follow(scenario: Scenario, criteria: Sequence[Criterion], *, place: str, places: Sequence[str], one_in: int, seed: int, years: int,
           differs: bool = False, progress: Callable[[int, int], None] | None = None) -> Lives:
    """Found a place, find who fits, run it twice, and tell the two lives of the most ordinary of them.

    With `differs` the most ordinary of those whose lives part. Raises BadInput where nobody fits, or nobody's lives part.
    """
    from simulation.evidence.register import central
    from simulation.model import CareSystem, from_state
    from simulation.places import load
    from simulation.shift import reference_lines

    planned = design.runs_for(scenario, places=places, rivals=False, variants=False, all_rules=False)
    base_run, plan_run = planned[0], planned[-1]
    beliefs, weeks = central(), years * WEEKS
    system = CareSystem(load(place), beliefs, base_run.plan, seed=seed, one_in=one_in, events="counts").burn_in()
    rows = who_fits(list(criteria), system.town)
    ordinary = most_ordinary(system.town, rows)
    who = {int(row): _person(system.town, int(row)) for row in ordinary}
    services = tuple((s.name, s.title) for s in system.town.services)
    state, done = system.state(), [0]
    system.close()

    def tell() -> None:
        done[0] += 1
        if progress:
            progress(done[0], 2 * weeks)

    first = from_state(state, base_run.plan, events="all")
    base = Watched(first, rows, weeks, tell)
    spent = reference_lines(first.town)
    first.close()
    second = from_state(state, replace(plan_run.plan, reference=spent) if plan_run.against else plan_run.plan, events="all")
    plan = Watched(second, rows, weeks, tell)
    second.close()
    parts = {row: part(base.life(row), plan.life(row)) for row in who}
    same = sum(week < 0 for week in parts.values())
    chosen = next((row for row in who if parts[row] >= 0 or not differs), -1)
    if chosen < 0:
        raise BadInput(Problem("", 0, "--differs", f"{len(rows):,} people fit, and nothing differs in the two lives of any of them in {years} years",
                               "leave out --differs to read such a life, or follow more years or more people"))
    about = {"scenario": scenario.name, "title": scenario.title, "place": place, "seed": seed, "one_in": one_in, "years": years,
             "first_year": int(scenario.first_year[:4]), "differs": differs, "worlds": "central"}
    return Lives(who[chosen], tuple(criteria), (base_run.title, plan_run.title), base.life(chosen), plan.life(chosen), len(rows), same,
                 parts[chosen], weeks, services, _paid(plan_run.plan), about)


def _paid(plan: Any) -> frozenset[str]:
    return frozenset(plan.invest).union(*(shift.to for shift in plan.shifts))


def _person(town: Any, row: int) -> Person:
    r = town.residents
    view = r.at(row)
    state = {name: r.arrays[name][row] for name in (*STATE, *BESIDE)}
    state.update(owns_home=bool(view.owns_home), partner=int(view.partner) >= 0, carer=int(view.carer) >= 0, cares_for=int(view.cares_for) >= 0,
                 falls=float(view.falls), fifth=view.fifth, child_near=bool(view.child_near), frailty=view.frailty, group=view.group)
    return Person(row, int(view.age), view.sex, state)
