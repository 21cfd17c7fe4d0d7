"""Who pays for care: the means test of the Care Act, as rules over arrays of people.

Amounts are pounds, or pounds a week. A home counts as capital only when its owner lives in a care home and leaves no
partner, and no relative over 60, living there. Bound once to the evidence page `means` and kept at `town.means`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from simulation.evidence.units import (
    By,
    PerYear,
    Pounds,
    PoundsPerWeek,
    PoundsPerWeekList,
    Ratio,
    Share,
    Weeks,
)
from simulation.rules import WEEKS
from simulation.world.columns import Array
from simulation.world.town import CARE_HOME, COUNCIL, SELF


@dataclass(frozen=True)
class MeansTest:
    """What the law lets a council charge, and what it lets people keep."""

    upper: Pounds
    lower: Pounds
    tariff_step: Pounds
    personal_allowance: PoundsPerWeek
    least_income: PoundsPerWeek
    guarantee: PoundsPerWeek
    guarantee_working_age: PoundsPerWeek
    disability_costs: PoundsPerWeek
    care_benefit: Annotated[PoundsPerWeekList, By("need")]
    third_parties: Ratio
    disregard: Weeks
    interest: PerYear
    equity_lent: Share
    defers: Share
    relative_over_60: Share

    def tariff(self, savings: Array) -> Array:
        """Pounds a week that savings between the limits count for: one for each started step above the lower."""
        above = np.clip(np.asarray(savings, dtype=np.float64), self.lower, self.upper) - self.lower
        return np.asarray(np.ceil(above / self.tariff_step))

    def pays_own_way(self, savings: Array, house_counted: Array | float = 0.0) -> Array:
        """Whose capital is above the upper limit, so that the council pays nothing (mask)."""
        return np.asarray(np.asarray(savings, dtype=np.float64) + house_counted > self.upper)

    def care_home_charge(self, income: Array, savings: Array, price: Array) -> Array:
        """Pounds a week a council-funded resident is charged: income and tariff less the personal allowance.

        Nobody is charged more than the price. `least_income` is what income support makes up a low income to;
        `third_parties` brings in what people billed at full cost and their families pay through the council.
        """
        from_income = np.maximum(np.asarray(income, dtype=np.float64), self.least_income)
        charge = (from_income + self.tariff(savings) - self.personal_allowance) * self.third_parties
        return np.asarray(np.clip(charge, 0.0, price))

    def community_charge(self, income: Array, savings: Array, need: Array, older: Array, price: Array) -> Array:
        """Pounds a week charged for support at home: income and care benefits above what people live on."""
        keeps = np.where(older, self.guarantee, self.guarantee_working_age) + self.disability_costs
        has = np.asarray(income, dtype=np.float64) + self.care_benefit[np.asarray(need)] + self.tariff(savings)
        return np.asarray(np.clip((has - keeps) * self.third_parties, 0.0, price))

    def own_money(self, income: Array, need: Array) -> Array:
        """Pounds a week a resident who pays for a care home can put towards it before touching capital."""
        has = np.asarray(income, dtype=np.float64) + self.care_benefit[np.asarray(need)]
        return np.asarray(np.maximum(has - self.personal_allowance, 0.0))

    def spare_at_home(self, income: Array, need: Array, older: Array) -> Array:
        """Pounds a week somebody who pays for care at home can spend on it before touching savings."""
        keeps = np.where(older, self.guarantee, self.guarantee_working_age)
        has = np.asarray(income, dtype=np.float64) + self.care_benefit[np.asarray(need)]
        return np.asarray(np.maximum(has - keeps, 0.0))

    def can_still_borrow(self, house: Array, deferred: Array) -> Array:
        """Against whose home the council may lend more (mask): the loan stays below a share of its value."""
        return np.asarray(deferred < self.equity_lent * np.asarray(house, dtype=np.float64))

    def weekly_interest(self) -> float:
        """Interest on a deferred payment in one week, as a share of what is owed."""
        return float(self.interest) / WEEKS


def house_counted(rows: Array, town: Any) -> Array:
    """Pounds of home that count as capital if these people live in a care home; 0 where somebody is protected there."""
    r = town.residents
    partner = r.partner[rows]
    kept_by_partner = (partner >= 0) & r.present[partner] & (r.setting[partner] < CARE_HOME[0])
    luck = town.draws.traits("means: a relative over 60 lives in the home", rows)
    kept_by_relative = ~r.alone[rows] & ~kept_by_partner & (luck < town.means.relative_over_60)
    counts = r.owns_home[rows] & ~kept_by_partner & ~kept_by_relative
    return np.where(counts, r.house[rows].astype(np.float64), 0.0)


def who_pays(rows: Array, care_home: Array, town: Any) -> tuple[Array, Array]:
    """Funder of each of these people (code), and weeks in which a home is not yet counted (0 where there are none).

    In a care home somebody with little in savings but a home that counts is paid for by the council for the first
    weeks; after that `reviewing` lets them sell, or defers the payment.
    """
    r, means = town.residents, town.means
    savings = r.savings[rows].astype(np.float64)
    own_at_once = means.pays_own_way(savings)
    by_home_only = care_home & ~own_at_once & means.pays_own_way(savings, house_counted(rows, town))
    funder = np.where(own_at_once, SELF, COUNCIL)
    return funder, np.where(by_home_only, int(means.disregard), 0)


def charge(rows: Array, care_home: Array, price: Array, town: Any) -> Array:
    """Pounds a week the council charges these people if it funds them."""
    r, means = town.residents, town.means
    income, savings, need = r.income[rows], r.savings[rows], r.need[rows]
    older = r.age[rows] >= town.door.older_from
    return np.asarray(np.where(care_home, means.care_home_charge(income, savings, price),
                               means.community_charge(income, savings, need, older, price)))
