"""Who gains and who loses: people's money, families' hours and wellbeing by age, reason, deprivation and home.

Input to an equality impact assessment, never a substitute. With welfare weights a pound counts for more in a poorer
neighbourhood; the unweighted sum always stands beside.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scenarios.answers_base import difference, main_run
from scenarios.answers_people import KINDS
from scenarios.appraisal.discounting import present_value
from scenarios.appraisal.values import MEASURES, Values, Wellbeing, shipped
from scenarios.design import Run
from scenarios.results import Results
from simulation.evidence.lists import FIFTH
from simulation.measures import GROUPS

FIFTHS = tuple(f"fifth: {name}" for name in FIFTH)


class Share(NamedTuple):
    """What one group of people gains (+) or loses (-), worth in the first year, in each world."""

    kind: str
    group: str
    money: np.ndarray
    hours: np.ndarray
    wellbeing: np.ndarray
    weight: float

    @property
    def whole(self) -> np.ndarray:
        return np.asarray(self.money + self.hours + self.wellbeing)

    @property
    def weighted(self) -> np.ndarray:
        """The same with the group's weight on its money; hours and wellbeing have one worth for everybody already."""
        return np.asarray(self.money * self.weight + self.hours + self.wellbeing)


def weights(values: Values) -> tuple[float, ...]:
    """What a pound is worth in each fifth of neighbourhoods, most deprived first: income to the power of minus the elasticity."""
    return tuple(income ** -values.marginal_utility for income in values.income_by_fifth)


def shares(r: Results, way: Wellbeing, run: Run | None = None, values: Values | None = None) -> list[Share]:
    """Every group there is anything to say of. Groups of one kind add up to everybody whom the lines tell apart."""
    v, run, out = values or shipped(), run or main_run(r), []
    heavy = dict(zip(FIFTHS, weights(v)))

    def worth(measure: str, group: str, rate: float, sign: float) -> np.ndarray:
        return sign * present_value(np.nan_to_num(difference(r, measure, run, group)), rate)

    for group in GROUPS:
        kind, _, name = group.rpartition(": ")
        if group == "all" or name == "none" or not np.isfinite(difference(r, "people_pay", run, group)).any():
            continue
        cost = v.discount_costs
        money = worth("people_pay", group, cost, -1) + worth("dwp", group, cost, 1) + worth("dwp_rents", group, cost, -1)
        out.append(Share(KINDS[kind], name, money, worth("unpaid_value", group, cost, -1),
                         worth(MEASURES[way], group, v.discount_wellbeing, 1) * v.of(way), heavy.get(group, 1.0)))
    return out


def weighted_gain(r: Results, way: Wellbeing, run: Run | None = None, values: Values | None = None) -> tuple[np.ndarray, np.ndarray]:
    """What people and families gain over all fifths in each world: unweighted, and with welfare weights on money."""
    mine = [s for s in shares(r, way, run, values) if f"fifth: {s.group}" in FIFTHS]
    nothing = np.zeros(r.count)
    return sum((s.whole for s in mine), nothing), sum((s.weighted for s in mine), nothing)
