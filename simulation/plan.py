"""What a council decides: the plan the commissioner reads, already checked and counted in weeks and pounds.

Scenario files are read and checked in `scenarios/plan.py`, which compiles them to these frozen dataclasses. The
simulation reads nothing else of a scenario. Week 0 is the first week of the plan's first financial year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

WEEKS_A_YEAR = 52

# The budget lines money may be shifted from: what is written in a scenario -> what the ledger calls the line.
SHIFTABLE = ("older_residential_and_nursing", "working_age_residential")

# Levers of practice and price. Each is a number; 0 leaves things as they are.
LEVERS: Mapping[str, str] = {
    "package_size": "share by which new packages are larger (+) or smaller (-) than assessed need; Care Act risk below 0",
    "assessments": "share by which assessment capacity is larger (+) or smaller (-); Care Act risk below 0",
    "fee_uplift": "percentage points a year that council fees grow above (+) or below (-) the cost of care",
    "prevention": "share by which prevention and community lines are larger (+) or smaller (-)",
    "care_worker_pay": "share by which council-funded care workers' pay is raised in real terms",
    "home_care_money_to_pay": "share of new home care money spent on pay, the rest on hours",
    "volunteer_drive": "people asked to volunteer a year, beyond those who come by themselves",
    "volunteer_coordinators": "coordinators of volunteers, whole-time equivalents, added to those there are",
}


@dataclass(frozen=True)
class Budget:
    """How the council's budget grows: with demand, at a fixed real rate a year, or as it is given, in pounds net by year."""

    kind: Literal["follows_demand", "real_growth", "given"] = "follows_demand"
    real_growth: float = 0.0
    pounds: Mapping[int, float] = field(default_factory=dict, hash=False)  # of a budget that is given: what each year of the plan has

    @property
    def name(self) -> str:
        if self.kind != "real_growth":
            return self.kind
        return "flat_real" if self.real_growth == 0 else f"real_growth_{self.real_growth:.1%}"


@dataclass(frozen=True)
class Shift:
    """A share of one line's gross budget moved to other models, in a straight line from `start` to `full` (weeks)."""

    line: str
    share: float
    start: int
    full: int
    to: Mapping[str, float]

    def share_at(self, week: int) -> float:
        """The share that should have moved by this week: nought before the start, all of it from `full` on."""
        if week < self.start:
            return 0.0
        if week >= self.full:
            return self.share
        return self.share * (week - self.start) / (self.full - self.start)


@dataclass(frozen=True)
class Transition:
    """Money up front, from outside the council's base budget; `by_year` in pounds of the plan's price year."""

    by_year: Mapping[int, float] = field(default_factory=dict)
    paid_by: str = "national_grant"
    on: tuple[str, ...] = ("start_up", "standing_empty")

    def in_week(self, week: int) -> float:
        return self.by_year.get(week // WEEKS_A_YEAR, 0.0) / WEEKS_A_YEAR if week >= 0 else 0.0


@dataclass(frozen=True)
class Shock:
    """Something that happens to the system in one week: `size` is homes, a share or a ratio, by what it is."""

    what: Literal["provider_closes", "flu_winter", "pay_rise", "cut"]
    week: int
    size: float
    service: str = ""


@dataclass(frozen=True)
class Plan:
    """Everything a council decides in one scenario. An empty plan is `as_now`: present policy goes on."""

    name: str = "as_now"
    title: str = "Present policy goes on"
    years: int = 10
    budget: Budget = Budget()
    shifts: tuple[Shift, ...] = ()
    transition: Transition = Transition()
    invest: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    levers: Mapping[str, float] = field(default_factory=dict)
    shocks: tuple[Shock, ...] = ()
    # Weekly pounds spent by line in the run this plan is compared with (same replication, same draws), so that
    # "ten per cent of the same year's line" is known to the commissioner. Filled by scenarios/runs.py.
    reference: Mapping[str, NDArray[np.float64]] | None = None

    def lever(self, name: str) -> float:
        """The lever's value, 0 where the plan does not touch it."""
        return float(self.levers.get(name, 0.0))

    def invested(self, service: str, week: int) -> float:
        """Pounds this plan adds to a service in this week, beyond present policy and beyond any shift."""
        if week < 0:
            return 0.0
        return self.invest.get(service, {}).get(week // WEEKS_A_YEAR, 0.0) / WEEKS_A_YEAR

    def sampled(self, one_in: int) -> Plan:
        """The plan of a sample of one person in so many: a like part of its pounds; who reads a lever that counts people takes its part."""
        if one_in == 1:
            return self

        def part(by_year: Mapping[int, float]) -> dict[int, float]:
            return {year: pounds / one_in for year, pounds in by_year.items()}

        return replace(self, transition=replace(self.transition, by_year=part(self.transition.by_year)),
                       invest={k: part(v) for k, v in self.invest.items()}, budget=replace(self.budget, pounds=part(self.budget.pounds)))

    @property
    def changes_nothing(self) -> bool:
        return not (self.shifts or self.transition.by_year or self.invest or self.shocks
                    or any(self.levers.values()))
