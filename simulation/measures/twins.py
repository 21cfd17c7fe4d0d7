"""The same people in two runs: what they would live on without the plan, and how content they are with and without it.

Whoever is laid beside herself in another run is compared with nobody else, so that neither who is reached nor who has
died turns into a gain. Looked at once a year, when each year of the plan ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from simulation.measures.instead import ABLE, FAMILY, GONE, KINDS, LIVES_ON, PLACE, PLACE_ELSE, SERVICES, WAITING, WITHOUT, lives_on
from simulation.measures.kinds import Measure, Now, register
from simulation.plan import Plan
from simulation.process import F8
from simulation.world.columns import Array
from simulation.world.ledger import CELLS

SAME, OTHER = "same", "other_support"
WITHOUT_IT = {
    SAME: "the same model of support", OTHER: "other support", PLACE: "a care home place the council pays for",
    PLACE_ELSE: "a care home place that others pay for", WAITING: "waiting for an assessment or support",
    WITHOUT: "needs at home that are not met", FAMILY: "family and friends alone", ABLE: "no help, or next to none", GONE: "not there"}


@dataclass(frozen=True)
class Twin(Measure):
    """A sum over people who are found in both runs, each laid beside herself."""

    of: Literal["supported", "content", "flow"] = "supported"
    what: str = ""


def _supported(what: str, title: str) -> None:
    register(Twin(f"without_plan_{what}", f"Supported by a model the plan pays for; without the plan: {title}", "people", "system", "neither", "end",
                  0, "People who live on a model of support that the plan pays for, by what the same people live on in the run compared with; "
                  "at the year's end. All of them add up to the people who live on such a model.", True, "supported", what))


for _what, _title in WITHOUT_IT.items():
    _supported(_what, _title)
register(Twin("wellbys", "Years of satisfaction with life gained, people touched by support", "points of satisfaction times years", "wellbeing", "up",
              "mean", 0, "Satisfaction with life here less that in the run compared with, over people alive in both whom support has touched in "
              "either, and those who care for them; mean of the year's beginning and end.", True, "content", "touched"))
register(Twin("wellbys_others", "Years of satisfaction with life gained, everybody else", "points of satisfaction times years", "wellbeing", "up",
              "mean", 0, "The same over people whom support has touched in neither run: what reaches them through ties alone.", True, "content", "others"))


# Where people live and on what, so broadly that a picture can show it: those who have died or moved away in either run are in none.
MODEL, HELPED, UNHELPED, ALONE = "plan_model", "other_support", "waiting_or_without", "family_or_no_help"
BROADLY: dict[str, str] = {
    MODEL: "a model the plan pays for", HELPED: "other support at home", PLACE: "a care home, the council pays",
    PLACE_ELSE: "a care home, others pay", UNHELPED: "waiting, or needs not met", ALONE: "family alone, or no help"}
for _there in BROADLY:
    for _here in BROADLY:
        if _there != _here:
            register(Twin(f"flow_{_there}_to_{_here}", f"Without the plan: {BROADLY[_there]}; with it: {BROADLY[_here]}", "people", "system", "neither",
                          "end", 0, "The same people in both runs, alive and there in both, who live otherwise in one than in the other; at the year's "
                          "end. For everybody together alone.", True, "flow", f"{_there} {_here}"))


class Twins:
    """What is known of everybody at the end of each year, here and in the run compared with, where there is one."""

    def __init__(self, years: int, people: int, plan: Plan):
        paid = {name for s in plan.shifts for name in s.to} | {name for name, by_year in plan.invest.items() if any(by_year.values())}
        self.paid = np.array([name in paid and name in SERVICES for name in LIVES_ON])
        self.broadly = np.array([_broad(name, mine) for name, mine in zip(LIVES_ON, self.paid)])
        self.lives = np.zeros((years, people), dtype=np.uint8)  # on what everybody lives
        self.content = np.full((years, people), np.nan, dtype=np.float16)  # satisfaction with life; rounding is the same in both runs
        self.touched = np.zeros((years, people), dtype=np.bool_)
        self.cell = np.zeros((years, people), dtype=np.int16)
        self._there: Mapping[str, Array] = {}
        self._sums: dict[tuple[str, int], dict[str, F8]] = {}

    def look(self, now: Now, year: int, cell: Array) -> None:
        """Take down everybody as this year of the plan ends."""
        r = now.r
        self.lives[year], self.touched[year], self.cell[year] = lives_on(now), r.touched, cell
        self.content[year] = np.where(r.present, r.satisfaction, np.nan)

    def told(self) -> dict[str, Array]:
        """What another run needs to lay its people beside these."""
        return {"lives": self.lives, "content": self.content, "touched": self.touched}

    def state(self) -> dict[str, Array]:
        """A copy of what has been taken down, for a fork; nothing where no year of the plan has ended."""
        return {name: kept.copy() for name, kept in ({**self.told(), "cell": self.cell}).items()} if self.lives.any() else {}

    def beside(self, people: Mapping[str, Array]) -> None:
        """Lay these people beside those of the run compared with."""
        self._there, self._sums = people, {}

    def there(self, what: str, y: int) -> Array | None:
        """One thing known of everybody in the run compared with, in one year; None where there is no such run."""
        return self._there[what][y] if what in self._there else None

    def tell(self, measure: Twin, y: int, as_one: F8) -> F8:
        """One year of a measure by group; nan where no run is compared with."""
        there = self.there("lives", y)
        if there is None or not self.lives[y].any() or not there.any():
            return np.full(len(as_one), np.nan)
        if measure.of == "supported":
            return np.asarray(as_one @ self._once("supported", y)[measure.what])
        if measure.of == "flow":
            moved = self._once("flow", y)[measure.what].sum()
            return np.where(as_one.all(axis=1), moved, np.nan)
        before = self._once("content", y - 1)[measure.what] if y and self.lives[y - 1].any() else np.zeros(CELLS + 1)
        return np.asarray(as_one @ ((before + self._once("content", y)[measure.what]) / 2))

    def _once(self, of: str, y: int) -> dict[str, F8]:
        if (of, y) not in self._sums:
            self._sums[of, y] = {"supported": self._supported, "content": self._contents, "flow": self._flows}[of](y)
        return self._sums[of, y]

    def _supported(self, y: int) -> dict[str, F8]:
        """People on a model the plan pays for, by what they live on in the run compared with [cells + 1] each."""
        here, there = self.lives[y] % KINDS, self._there["lives"][y] % KINDS
        rows = np.flatnonzero(self.paid[here])
        now, then = here[rows], there[rows]
        kinds = {SAME: now == then, OTHER: (now != then) & np.array([name in SERVICES for name in LIVES_ON])[then],
                 **{what: then == LIVES_ON.index(what) for what in WITHOUT_IT if what in LIVES_ON}}
        return {what: self._sum(rows[mine], np.ones(int(mine.sum())), y) for what, mine in kinds.items()}

    def _flows(self, y: int) -> dict[str, F8]:
        """People who live broadly otherwise here than in the run compared with, by both ways of living."""
        here, there = self.broadly[self.lives[y] % KINDS], self.broadly[self._there["lives"][y] % KINDS]
        kinds = list(BROADLY)
        known = (here >= 0) & (there >= 0)
        table = np.bincount(there[known] * len(kinds) + here[known], minlength=len(kinds) ** 2).reshape(len(kinds), len(kinds))
        return {f"{a} {b}": np.array([float(table[i, k])]) for i, a in enumerate(kinds) for k, b in enumerate(kinds)}

    def _contents(self, y: int) -> dict[str, F8]:
        """Satisfaction here less there, over people in both runs: whom support touched in either, and all others."""
        gained = self.content[y].astype(np.float64) - self._there["content"][y]
        touched = self.touched[y] | self._there["touched"][y]
        known = np.isfinite(gained)
        parts: dict[str, Any] = {"touched": np.flatnonzero(known & touched), "others": np.flatnonzero(known & ~touched)}
        return {what: self._sum(rows, gained[rows], y) for what, rows in parts.items()}

    def _sum(self, rows: Array, values: Array, y: int) -> F8:
        return np.bincount(self.cell[y, rows], weights=values, minlength=CELLS + 1).astype(np.float64)


def _broad(name: str, paid: bool) -> int:
    """The place in BROADLY of what somebody lives on; below nought for who is not there."""
    if name == GONE:
        return -1
    kind = MODEL if paid else HELPED if name in SERVICES else UNHELPED if name in (WAITING, WITHOUT) else ALONE if name in (FAMILY, ABLE) else name
    return list(BROADLY).index(kind)
