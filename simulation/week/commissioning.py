"""The council forecasts, rations if it must, carries out its plan, and closes its books each week."""

from __future__ import annotations

from typing import Annotated

from simulation import budget, shift
from simulation.door import REABLEMENT
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
    money = shift.follow(town, steering) if town.plan.shifts and town.week >= 0 else shift.Followed(0, 0, 0, 0)
    covered = transition(town, money.on_models)
    purse.balance(town, covered)
    budget.set_budget(town)
    if town.week < 0:
        purse.lay_aside(town)
        if town.week == -1:
            shift.remember_usual(town)
    elif town.week % budget.QUARTER == 0:
        town.commissioner.forecast_gap = budget.forecast_gap(town) if budget.is_limited(town) else 0.0
        ladder.climb(town)
    keep(town, money, covered)
    if town.week % MONTH == 0:
        steering.steer(town, MONTH)
        fund(town, place, steering, money.left, direct_payment_support)


def transition(town: Town, on_models: float) -> int:
    """Transition money comes in and pays for the new while it lasts. Returns the pence of this week it covers.

    It pays first for what the plan names (set-up, places standing empty), then for running the plan's models.
    """
    plan, money, memory = town.plan.transition, town.money, town.memory
    budget.pay(money, plan.paid_by, "council", "transition", "transition", round(plan.in_week(town.week) * 100))
    held = round(memory.get("commissioning.transition", 0.0)) + round(plan.in_week(town.week) * 100)
    if not held:
        return 0
    named = sum(max(budget.paid(money, payer="council", payee=service, purposes=plan.on)
                    - memory.get(f"commissioning.usual {service}: setting up", 0.0), 0.0)
                for service in sorted({*shift.models_of(town), *town.plan.invest}))
    covered = min(held, round(max(named, on_models) * 100))
    memory["commissioning.transition"] = held - covered
    return covered


def keep(town: Town, money: shift.Followed, covered: int) -> None:
    """What fell free, after the people concerned, goes into the pot; what the models take beyond a grant leaves it."""
    c = town.commissioner
    c.released += money.moved
    c.pot += money.left - max(money.on_models - covered / 100, 0.0)
    town.memory.update({"commissioning.moved": money.moved, "commissioning.left": money.left,
                        "commissioning.income_lost": money.income_lost,
                        "commissioning.other_support": money.other_support})


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
        share = 1.0 if statutory.get(name, True) else kept
        pounds = policy.get(name, 0.0) + town.plan.invested(name, week) + models.get(name, 0.0) * free
        c.funding[name] = pounds * share
        if name in models:
            town.memory[f"commissioning.for {name}"] = models[name] * free * share


def present_policy(town: Town, place: Place, direct_payment_support: float) -> dict[str, float]:
    """Pounds a week for what the council funds today, at prices in force: reablement, help with direct payments."""
    prices, people = town.prices, place["community_clients_year_end"] * place["direct_payment_share"]
    episodes = town.memory.get(REABLEMENT, place["reablement_episodes"]) / WEEKS / town.one_in
    return {"reablement": episodes * prices["reablement_episode"],
            "direct_payments": people * direct_payment_support / WEEKS / town.one_in * prices["care_index"]}
