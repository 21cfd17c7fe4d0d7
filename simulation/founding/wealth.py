"""Who owns their home, what people have saved, what they live on, and who is in paid work.

Partners own or rent together and share one house; savings and income are each person's own. The fee of a care home is
met from these, so the spread matters more than the mean.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from simulation.condition import HELP, OLDER
from simulation.draws import Draws
from simulation.evidence.lists import GROUP
from simulation.evidence.units import By, Factor, PoundsPerWeek, Ratio, Ratios, Shares
from simulation.founding.lots import band, evenly
from simulation.founding.people import MOVER_AGES
from simulation.places import Place
from simulation.process import F8
from simulation.rules import standard_normal
from simulation.world.columns import Array, Table
from simulation.world.town import Town

RENTS, OWNS = 0, 1
LEARNING, MENTAL = GROUP.index("learning disability"), GROUP.index("mental health")


def wealth(town: Town, residents: Table, place: Place, draws: Draws, *,
           owners_older: Annotated[Shares, By("fifth")], owners_with_need: Ratio,
           owners_by_age: Annotated[Ratios, By("mover age")], house_by_fifth: Annotated[Ratios, By("fifth")],
           house_spread: Factor, savings_median: Annotated[F8, "pounds", By("tenure")], savings_spread: Factor,
           savings_by_age: Annotated[Ratios, By("mover age")], pension_least: PoundsPerWeek,
           pension_above: Annotated[F8, "pounds a week", By("tenure")], benefit: PoundsPerWeek,
           earnings_median: PoundsPerWeek, earnings_spread: Factor, in_work: Annotated[Shares, By("mover age")],
           work_with_need: Ratio, work_with_group: Ratio) -> None:
    """Homes, savings, incomes and work of everybody, at the prices of 2024-25."""
    r, rows = residents, np.arange(len(residents))
    bands = band(r.age, MOVER_AGES)
    home = np.where(r.partner >= 0, np.minimum(rows, r.partner), rows)
    _homes(r, place, draws, home, bands, owners_older, float(owners_with_need), owners_by_age, house_by_fifth,
           float(house_spread))
    spread = float(savings_spread) * standard_normal(draws.traits("savings", rows))
    r.savings[:] = savings_median[r.owns_home.astype(np.int64)] * savings_by_age[bands] * np.exp(spread)
    _work(r, draws, bands, in_work, float(work_with_need), float(work_with_group))
    # Above the guaranteed least, pensions thin out as an exponential does: many a little, few a lot.
    pension = pension_least - pension_above[r.owns_home.astype(np.int64)] * np.log(1.0 - draws.traits("pension", rows))
    pay = earnings_median * np.exp(float(earnings_spread) * standard_normal(draws.traits("earnings", rows)))
    r.income[:] = np.where(r.age >= OLDER, pension, np.where(r.works, pay, float(benefit)))


def _homes(r: Table, place: Place, draws: Draws, home: Array, bands: Array, owners: F8, with_need: float, by_age: F8,
           by_fifth: F8, spread: float) -> None:
    """One lot for each couple or person: whether they own, and what the house is worth."""
    need = np.where(r.need >= HELP, with_need, 1.0)
    chance = owners[r.fifth] * np.where(r.age >= OLDER, need, by_age[bands])
    strata = (~r.present * np.int64(len(by_age)) + bands) * len(owners) + r.fifth
    luck = evenly(draws, "founding: owns a home", strata)
    r.owns_home[:] = luck[home] < chance[home]
    r.owns_home[(r.group == LEARNING) & (r.partner < 0)] = False
    value = place["house_price"] * by_fifth[r.fifth] * np.exp(
        spread * standard_normal(draws.traits("value of the house", home)) - spread**2 / 2)
    r.house[:] = np.where(r.owns_home, value[home], 0.0)


def _work(r: Table, draws: Draws, bands: Array, in_work: F8, with_need: float, with_group: float) -> None:
    chance = in_work[bands] * np.where(r.need >= HELP, with_need, 1.0)
    chance *= np.where((r.group == LEARNING) | (r.group == MENTAL), with_group, 1.0)
    r.works[:] = evenly(draws, "founding: in work", ~r.present * np.int64(len(in_work)) + bands) < chance
