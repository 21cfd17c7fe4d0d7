"""What the council has to spend, what it is on course to spend, and what it does when the two part company.

By law eligible need must be met, so a shortage is answered in this order: prevention and community lines are cut,
assessments wait, new packages grow smaller and fees lag behind costs, practice drifts within a narrow band, reserves
are drawn, and when they are gone non-statutory spending is frozen for a year (a section 114 notice).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.rules import WEEKS
from simulation.world.ledger import Money, Payment
from simulation.world.town import Town

SPENDING = frozenset({"support", "start_up", "standing_empty", "coordination", "overhead", "investment"})
QUARTER = WEEKS // 4
PREVENTION, WAITS, PACKAGES, PRACTICE = 0, 1, 2, 3  # rungs of the ladder, in order
NOBODY: NDArray[np.int32] = np.empty(0, dtype=np.int32)


def within(x: float, low: float, high: float) -> float:
    """x, but never below `low` nor above `high`."""
    return float(min(max(x, low), high))


def paid(money: Money, weeks: int = 1, lag: int = 0, *, payer: str | None = None, payee: str | None = None,
         lines: Collection[str] | None = None, purposes: Collection[str] | None = None) -> float:
    """Pounds a week, averaged over the last so many weeks (this one included), as it stood `lag` weeks ago."""
    end = money.week - money.first + 1 - lag
    first = max(0, end - weeks)
    if end <= first:
        return 0.0
    columns = [k for key, k in money.lines.items()
               if (payer is None or key.payer == payer) and (payee is None or key.payee == payee)
               and (lines is None or key.line in lines) and (purposes is None or key.purpose in purposes)]
    return float(money.weekly[first:end, columns].sum()) / 100 / (end - first)


def pence(money: Money, *, payer: str | None = None, payee: str | None = None, purpose: str | None = None) -> int:
    """Whole pence paid this week by or to somebody."""
    columns = [k for key, k in money.lines.items() if (payer is None or key.payer == payer)
               and (payee is None or key.payee == payee) and (purpose is None or key.purpose == purpose)]
    return int(money.weekly[money.week - money.first, columns].sum())


def pay(money: Money, payer: str, payee: str, line: str, purpose: str, amount: int) -> None:
    """Enter one sum of whole pence that belongs to nobody in particular; nothing where it is not above nought."""
    if amount > 0:
        money.pay(Payment(payer, payee, line, purpose, NOBODY, np.array([amount], dtype=np.int64)))


# The budget --------------------------------------------------------------------------------------------------------
def net_spend(money: Money, weeks: int) -> float:
    """Pounds a week of the council's own money that adult social care took: council tax, grants, reserves."""
    return paid(money, weeks, payee="council", purposes=("grant",))


def set_budget(town: Town) -> None:
    """The budget in force, pounds a week net: learnt in the last year of the burn-in, then by the plan's rule.

    Follows demand: whatever support costs (less a cut, where a shock made one). Given: so many pounds in each year.
    Otherwise last year's outturn grown at the plan's real rate each April.
    """
    memory, rule, c = town.memory, town.plan.budget, town.commissioner
    cut = memory.get("commissioning.cut", 1.0)
    if town.week < 0 or "commissioning.usual" not in memory:
        memory["commissioning.usual"] = net_spend(town.money, WEEKS)
        c.budget_a_week = memory["commissioning.usual"]
    elif rule.kind == "real_growth":
        c.budget_a_week = memory["commissioning.usual"] * (1 + rule.real_growth) ** (town.year + 1) * cut
    elif rule.kind == "given":
        c.budget_a_week = rule.pounds.get(max(town.year, 0), 0.0) / WEEKS * cut
    else:
        c.budget_a_week = net_spend(town.money, WEEKS) * cut


def is_limited(town: Town) -> bool:
    """Whether the council can run short at all: not while its budget follows demand uncut."""
    return town.week >= 0 and (town.plan.budget.kind != "follows_demand"
                               or town.memory.get("commissioning.cut", 1.0) < 1)


def on_top(town: Town) -> float:
    """Pounds a week a plan invests beyond the budget."""
    return sum(town.plan.invested(name, town.week) for name in town.plan.invest)


def forecast_gap(town: Town) -> float:
    """Forecast outturn of this financial year over its budget, less one: spent so far, then at the pace of late."""
    budget = town.commissioner.budget_a_week + on_top(town)
    if budget <= 0:
        return 0.0
    gone = town.week % WEEKS + 1
    so_far, of_late = net_spend(town.money, gone), net_spend(town.money, QUARTER)
    return (so_far * gone + of_late * (WEEKS - gone)) / WEEKS / budget - 1


# The ladder -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Ladder:
    """How a council short of money rations, rung by rung: prevention, waits, packages, practice."""

    starts: NDArray[np.float64]  # forecast gap at which each rung is first used
    most: NDArray[np.float64]  # how far each rung goes at most
    width: float  # how much further the gap must grow for a rung to be used in full
    fee_squeeze: float  # share a year by which fee rises fall short of costs, at most
    restored: float  # share a year of prevention lines given back while there is money
    kept_in_114: float  # share of non-statutory spending that cannot be stopped under a section 114 notice

    def used(self, rung: int, gap: float) -> float:
        """How far a rung is used at this gap, 0 to 1; practice alone also loosens, to -1, when money is left."""
        return within((gap - self.starts[rung]) / self.width, 0.0, 1.0)

    def pressed(self, town: Town) -> float:
        """The gap that the council answers: the forecast one; under a given budget also all that earlier answers left open.

        A budget that is given is one to be kept: a council that goes on missing it rations more each quarter.
        """
        gap = town.commissioner.forecast_gap
        if town.plan.budget.kind != "given":
            return gap
        most = float(self.starts.max()) + self.width
        town.memory["commissioning.missed"] = kept = within(town.memory.get("commissioning.missed", 0.0) + gap, -most, most)
        return gap + kept

    def climb(self, town: Town) -> None:
        """Quarterly: set what the rungs are worth now; whoever reads them multiplies with the plan's own levers."""
        c, memory, gap = town.commissioner, town.memory, self.pressed(town)
        limited = is_limited(town)
        cut = memory.get("commissioning.prevention", 1.0)
        step = -self.most[PREVENTION] * self.used(PREVENTION, gap) if gap > 0 else self.restored
        cut = within(cut + step * QUARTER / WEEKS, 0.0, 1.0) if limited else 1.0
        memory["commissioning.prevention"] = cut
        waits, packages, practice = (self.used(rung, gap) if limited else 0.0 for rung in (WAITS, PACKAGES, PRACTICE))
        memory["commissioning.fee_squeeze"] = self.fee_squeeze * packages
        c.prevention_share = cut * (self.kept_in_114 if c.section_114 > town.week else 1.0)
        c.assessment_share = 1 - self.most[WAITS] * waits
        c.package_size = 1 - self.most[PACKAGES] * packages
        loosened = self.used(PRACTICE, -gap) if limited and gap < 0 else 0.0
        c.practice = 1 + self.most[PRACTICE] * (loosened - practice)


# The purse ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Purse:
    """Where the council's money comes from: two grants, council tax and business rates, then reserves."""

    social_care_grant: float  # pounds a week
    better_care_grant: float
    reserves: float  # share of a year's net budget held for adult social care when the plan begins

    def balance(self, town: Town, covered: int) -> None:
        """Close the week's purse: what contributions and other income leave over is met by grants, tax and reserves.

        `covered`: pence of this week's spending that transition money paid for. Loans under deferred payments are no
        spending: they come from the council's balance sheet and go back to it.
        """
        money, c = town.money, town.commissioner
        loans, back = pence(money, payer="council", purpose="loan"), pence(money, payee="council", purpose="repayment")
        pay(money, "council_tax", "council", "deferred_payments", "loan", loans)
        pay(money, "council", "council_tax", "deferred_payments", "repayment", back)
        out = pence(money, payer="council") - loans - back
        come_in = sum(pence(money, payee="council", purpose=p) for p in ("contribution", "income"))
        need = out - come_in - covered
        if need < 0:
            pay(money, "council", "council_tax", "general_fund", "repayment", -need)
            return
        limit = round((c.budget_a_week + on_top(town)) * 100) if is_limited(town) else need
        self._draw(town, need, min(need, limit))
        if need < limit:
            pay(money, "council_tax", "reserves", "reserves", "grant", limit - need)
            c.reserves += (limit - need) / 100

    def _draw(self, town: Town, need: int, from_budget: int) -> None:
        money, c = town.money, town.commissioner
        social = min(round(self.social_care_grant * 100), from_budget)
        better = min(round(self.better_care_grant * 100), from_budget - social)
        pay(money, "government", "council", "social_care_grant", "grant", social)
        pay(money, "government", "council", "better_care_grant", "grant", better)
        pay(money, "council_tax", "council", "general_fund", "grant", from_budget - social - better)
        over = need - from_budget
        drawn = min(over, max(int(c.reserves * 100), 0))
        pay(money, "reserves", "council", "reserves", "grant", drawn)
        pay(money, "government", "council", "exceptional_support", "grant", over - drawn)
        c.reserves -= drawn / 100
        if over > drawn and c.section_114 <= town.week:
            c.section_114 = town.week + WEEKS
            town.memory["commissioning.notices"] = town.memory.get("commissioning.notices", 0.0) + 1

    def lay_aside(self, town: Town) -> None:
        """In the burn-in: reserves stand at their share of a year's budget."""
        c = town.commissioner
        c.reserves = self.reserves * c.budget_a_week * WEEKS
        town.money.opening["reserves"] = round(c.reserves * 100)
