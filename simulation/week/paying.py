"""Every pound of the week has a payer and a payee: support, the council's own work, the NHS, benefits, own money."""

from __future__ import annotations

import numpy as np

from simulation.budget import pay
from simulation.evidence.lists import BAND, NEED
from simulation.evidence.units import PoundsPerWeek, Ratio, Share, Weeks
from simulation.places import Place
from simulation.process import changes
from simulation.rules import WEEKS
from simulation.service import Users
from simulation.world.columns import Array
from simulation.world.ledger import Events, Money
from simulation.world.town import CARE_HOME, COUNCIL, Town

BENEFIT_WEEKS = 4  # benefits are paid every four weeks
PERSONAL, HEAVY, ROUND = (NEED.index(n) for n in ("one or two personal tasks", "three or more", "round the clock"))
ROUND_THE_CLOCK = BAND.index("24 hours shared")
SOCIAL_WORKERS = "social workers over usual"  # set by deciding
OWN_WORK, PREVENTION, JOINT = "assessment_and_commissioning", "prevention_and_community", "nhs_and_joint_services"


@changes("providers.spent")
def paying(town: Town, place: Place, money: Money, events: Events, *, prevention_share: Share, reablement_share: Share,
           assessing_share: Share, hospital_cash_share: Share, same_day_over_stay: Ratio,
           district_nursing: PoundsPerWeek, attendance_higher: PoundsPerWeek, attendance_lower: PoundsPerWeek,
           takes_it_up: Share, benefit_stops_after: Weeks) -> None:
    """The week's payments. Hospital work is shown at average cost under the purpose `value`; only `activity` is cash.

    Contributions, own fees, rents and scheme costs come from the services themselves. The commissioner closes the
    council's books after this. Unpaid hours are no money and are measured elsewhere.
    """
    for k, service in enumerate(town.services):
        for payment in service.costs(Users(town, k), town):
            money.pay(payment)
    _own_work(town, place, prevention_share, reablement_share, assessing_share)
    _hospital(town, events, hospital_cash_share, same_day_over_stay)
    if town.week % BENEFIT_WEEKS == 0:
        _nursing_at_home(town, district_nursing, hospital_cash_share)
        rows, higher = entitled(town, takes_it_up, benefit_stops_after)
        rate = np.where(higher, attendance_higher, attendance_lower) * BENEFIT_WEEKS
        money.each("dwp", "people", "attendance_allowance_and_pip", "benefit", rows, rate)
    _spent(town)


def _own_work(town: Town, place: Place, prevention: float, reablement: float, assessing: float) -> None:
    """Social work, commissioning and prevention, at the place's own size; and what the NHS pays the council to do."""
    money, c = town.money, town.commissioner
    week = town.prices["care_index"] / WEEKS / town.one_in
    other = place["gross_current_spend"] * place["other_spend_share"] * week
    lever = town.plan.lever if town.week >= 0 else (lambda name: 0.0)
    capacity = c.assessment_share * (1 + lever("assessments")) * town.memory.get(SOCIAL_WORKERS, 1.0)
    work = other * (1 - prevention - reablement) * (1 - assessing + assessing * capacity)
    money.sum("council", "council_staff", OWN_WORK, "overhead", work)
    kept = c.prevention_share * (1 + lever("prevention"))
    money.sum("council", "community_groups", PREVENTION, "overhead", other * prevention * kept)
    joint = round(place["nhs_and_other_income"] * week * 100)
    pay(money, "nhs", "council", JOINT, "income", joint)
    pay(money, "council", "joint_services", JOINT, "overhead", joint)


def _hospital(town: Town, events: Events, cash_share: float, same_day_over_stay: float) -> None:
    """A&E, emergency stays and days of delay: their value at average cost, and the little of it that is cash."""
    now, prices = range(town.week, town.week + 1), town.prices
    stays = _count(events, "emergency stay", now) + same_day_over_stay * _count(events, "same-day emergency", now)
    for line, value in (("ae_visits", _count(events, "A&E", now) * prices["ae_visit"]),
                        ("emergency_stays", stays * prices["emergency_stay"]),
                        ("delayed_days", _count(events, "waits to leave", now, days=True) * prices["bed_day"])):
        town.money.sum("nhs", "hospital", line, "value", value)
        town.money.sum("nhs", "hospital", line, "activity", value * cash_share)


def _count(events: Events, kind: str, weeks: range, *, days: bool = False) -> float:
    return float(events.happened(kind, weeks, amounts=days).sum())


def _nursing_at_home(town: Town, week: float, cash_share: float) -> None:
    """Community nurses visit people at home who need help round the clock; shown at average cost."""
    r = town.residents
    rows = np.flatnonzero((r.need == ROUND) & r.present)
    rows = rows[r.setting[rows] < CARE_HOME[0]]
    four_weeks = week * BENEFIT_WEEKS * town.prices["care_index"]
    town.money.each("nhs", "community_nursing", "community_nursing", "value", rows, four_weeks)
    town.money.each("nhs", "community_nursing", "community_nursing", "activity", rows, four_weeks * cash_share)


def entitled(town: Town, takes_it_up: float, stops_after: float) -> tuple[Array, Array]:
    """Who draws a benefit for their care needs (rows), and for whom it is the higher rate (mask over them).

    It stops after some weeks in a care home the council pays for, and starts again at home. People who pay for a
    care home themselves keep it.
    """
    r = town.residents
    rows = np.flatnonzero(r.present & ((r.need >= PERSONAL) | (r.band > 0)))
    in_home = r.setting[rows] >= CARE_HOME[0]
    stopped = in_home & (r.funder[rows] == COUNCIL) & (town.week - r.entered_home[rows] >= stops_after)
    draws = town.draws.traits("paying: draws a benefit", rows) < takes_it_up
    rows = rows[draws & ~stopped]
    return rows, (r.need[rows] >= HEAVY) | (r.band[rows] >= ROUND_THE_CLOCK)


def _spent(town: Town) -> None:
    """What each provider was paid for the people it supports this week."""
    p, providers = town.placements, town.providers
    going = np.flatnonzero(p.active & (p.provider >= 0))
    providers.spent[:] = np.bincount(p.provider[going], weights=p.price[going], minlength=len(providers))
