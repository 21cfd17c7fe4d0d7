"""Doing nothing gets dearer: pay, fees, pensions and the complexity of need move on each April."""

from __future__ import annotations

import numpy as np

from simulation.evidence.lists import FUNDER, GROUP
from simulation.evidence.units import Factor, Share
from simulation.process import changes
from simulation.world.town import Town

COUNCIL_FEES = ("older_residential", "older_nursing", "home_care_hour", "direct_payment_hour", "reablement_episode",
                "shared_lives_week")
WORKING_AGE_FEES = ("working_age_residential", "supported_living", "community_support", "learning_disability_home")
OWN_FEES = ("own_residential", "own_nursing", "own_home_care_hour")
COST = ("sustainable_hour", "care_index", "fnc_week", "unpaid_hour")
NHS = ("ae_visit", "bed_day", "emergency_stay")
SELF = FUNDER.index("self")
OLDER = 65
FOR_LIFE = (GROUP.index("learning disability"), GROUP.index("mental health"))


@changes("placements.price", "residents.income", every=52)
def pricing(town: Town, *, living_wage_2025: Factor, living_wage_2026: Factor, living_wage_later: Factor,
            wage_share: Share, other_costs: Factor, employer_contributions_2025: Factor, complexity: Factor,
            pension: Factor, nhs_costs: Factor) -> None:
    """Each April: pay follows the living wage, fees the cost of care, packages of working age grow more complex.

    The place is founded at the prices of 2024-25, so the first April it sees is that of 2025. Everything is in real
    terms. The council's fees follow the cost of care times `commissioner.fee_drift`, which a plan or a shortage moves.
    """
    if town.week <= -town.burn_in:
        return
    april = int(town.memory.get("pricing.aprils", 0)) + 1
    town.memory["pricing.aprils"] = april
    wage = float({1: living_wage_2025, 2: living_wage_2026}.get(april, living_wage_later))
    bill = wage * (float(employer_contributions_2025) if april == 1 else 1)
    cost = cost_growth(bill, wage_share, other_costs)
    fee = cost * _drift(town) * town.memory.pop("pricing.owed", 1)
    _list_prices(town, wage, cost, fee, complexity, nhs_costs)
    _placements(town, fee, fee * complexity, cost)
    older = town.residents.age >= OLDER
    town.residents.income[older] *= np.float32(pension)


def cost_growth(wage_bill: float, wage_share: float, other_costs: float) -> float:
    """How the cost of care grows in a year when the wage bill and everything else grow like this."""
    return wage_share * wage_bill + (1 - wage_share) * other_costs


def _drift(town: Town) -> float:
    """How council fees move against the cost of care this April: by plan, and by what a shortage takes off."""
    if town.week < 0:
        return 1.0
    change = 1 + town.plan.lever("fee_uplift") - town.memory.get("commissioning.fee_squeeze", 0.0)
    town.commissioner.fee_drift *= change
    return change


def _list_prices(town: Town, wage: float, cost: float, fee: float, complexity: float, nhs_costs: float) -> None:
    growth = {**dict.fromkeys(COUNCIL_FEES, fee), **dict.fromkeys(WORKING_AGE_FEES, fee * complexity),
              **dict.fromkeys(OWN_FEES, cost), **dict.fromkeys(COST, cost), **dict.fromkeys(NHS, nhs_costs),
              "pay_hour": wage}
    for name, factor in growth.items():
        town.prices[name] *= float(factor)


def _placements(town: Town, older: float, working_age: float, own: float) -> None:
    """Support that goes on is paid at the new price: by whose fee it is, and for how complex a need."""
    p, r = town.placements, town.residents
    if not len(p):
        return
    hourly = np.array([s.counts == "hours" for s in town.services])[p.service]
    group = r.group[p.person]
    complex_ = ~hourly & ((r.age[p.person] < OLDER) | (group == FOR_LIFE[0]) | (group == FOR_LIFE[1]))
    factor = np.where(p.funder == SELF, own, np.where(complex_, working_age, older))
    p.price[:] = (p.price * factor).astype(np.float32)
