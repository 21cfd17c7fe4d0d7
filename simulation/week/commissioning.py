"""The council forecasts, rations if it must, carries out its plan, and closes its books each week."""

from __future__ import annotations

from typing import Annotated

from simulation import budget, shift
from simulation.evidence.units import By, Factor, LogOdds, PoundsPerYear, Share, Shares, Weeks
from simulation.places import Place
from simulation.process import changes
from simulation.rules import WEEKS
from simulation.world.town import Town

MONTH = 4


@changes()
def commissioning(town: Town, place: Place, *, rung_starts: Annotated[Shares, By("rung")],
                  rung_most: Annotated[Shares, By("rung")], rung_width: Share, fee_squeeze: Share,
                  prevention_restored: Share, kept_in_section_114: Share, reserves: Share, social_care_grant: Share,
                  better_care_grant: Share, grant_growth: Factor, steer_hard: LogOdds, steer_patient: LogOdds,
                  steer_most: LogOdds, looks_ahead: Weeks, money_lag: Weeks, smoothed: Weeks, pot_spread: Weeks,
                  direct_payment_support: PoundsPerYear) -> None:
    """Changes the commissioner only: budget, ladder, steer, pot and funding. Every pound of it is in the ledger."""
    ladder = budget.Ladder(rung_starts, rung_most, rung_width, fee_squeeze, prevention_restored, kept_in_section_114)
    grant = place["net_current_spend"] / WEEKS / town.one_in * grant_growth ** ((town.week + town.burn_in) // WEEKS)
    purse = budget.Purse(grant * social_care_grant, grant * better_care_grant, reserves)
    steering = shift.Steering(steer_hard, steer_patient, steer_most, round(looks_ahead), round(money_lag),
                              round(smoothed), pot_spread)
    covered = transition(town)
    purse.balance(town, covered)
    budget.set_budget(town)
    if town.week < 0:
        purse.lay_aside(town)
        if town.week == -1:
            shift.remember_usual(town)
    elif town.week % budget.QUARTER == 0:
        town.commissioner.forecast_gap = budget.forecast_gap(town) if budget.is_limited(town) else 0.0
        ladder.climb(town)
    inflow = follow_the_money(town, steering, covered)
    if town.week % MONTH == 0:
        steering.steer(town, MONTH)
        fund(town, place, steering, inflow, direct_payment_support)


def transition(town: Town) -> int:
    """Transition money comes in and pays for what it may. Returns the pence of this week's spending it covers."""
    plan, money, memory = town.plan.transition, town.money, town.memory
    budget.pay(money, plan.paid_by, "council", "transition", "transition", round(plan.in_week(town.week) * 100))
    held = round(memory.get("commissioning.transition", 0.0)) + round(plan.in_week(town.week) * 100)
    may = sum(budget.paid(money, payer="council", payee=service, purposes=plan.on)
              for service in shift.models_of(town)) if held and town.plan.shifts else 0.0
    covered = min(held, round(may * 100))
    memory["commissioning.transition"] = held - covered
    return covered


def follow_the_money(town: Town, steering: shift.Steering, covered: int) -> float:
    """What fell free this week, after the people concerned, goes into the pot; what the models take comes out of it.

    Returns pounds a week newly left for the models (below nought while people need more than falls free).
    """
    if not town.plan.shifts or town.week < 0:
        return 0.0
    c = town.commissioner
    freed = [shift.released(town, plan, steering) for plan in town.plan.shifts]
    moved, left = sum(f.moved for f in freed), sum(f.left for f in freed)
    c.released += moved
    c.pot += left + covered / 100 - shift.spent_on_models(town, shift.models_of(town))
    town.memory["commissioning.moved"], town.memory["commissioning.left"] = moved, left
    return left


def fund(town: Town, place: Place, steering: shift.Steering, inflow: float, direct_payment_support: float) -> None:
    """Pounds a week for each service: present policy, what the plan invests, and its part of what is free."""
    c, week = town.commissioner, town.week
    kept = c.prevention_share * (1 + (town.plan.lever("prevention") if week >= 0 else 0))
    policy = present_policy(town, place, direct_payment_support)
    models = shift.models_of(town) if week >= 0 else {}
    held = town.memory.get("commissioning.transition", 0.0) / 100
    free = max(0.0, inflow + town.plan.transition.in_week(week) + (c.pot + held) / steering.spread) if models else 0.0
    names = {*policy, *models, *(town.plan.invest if week >= 0 else ())}
    statutory = {s.name: s.statutory for s in town.services}
    c.funding = {}
    for name in sorted(names):
        pounds = policy.get(name, 0.0) + town.plan.invested(name, week) + models.get(name, 0.0) * free
        c.funding[name] = pounds * (1.0 if statutory.get(name, True) else kept)


def present_policy(town: Town, place: Place, direct_payment_support: float) -> dict[str, float]:
    """Pounds a week for what the council funds today, at prices in force: reablement, help with direct payments."""
    prices, people = town.prices, place["community_clients_year_end"] * place["direct_payment_share"]
    episodes = place["reablement_episodes"] / WEEKS / town.one_in
    return {"reablement": episodes * prices["reablement_episode"],
            "direct_payments": people * direct_payment_support / WEEKS / town.one_in * prices["care_index"]}
