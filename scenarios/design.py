"""Which runs answer a question: the plan and doing nothing under three budget rules, its rivals, a sceptic's run.

Every run of one replication shares its people, its luck and its world (one set of values of the evidence), so the
difference between two runs is the plan's doing and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from scenarios import plan as files
from scenarios.plan import Scenario
from simulation.plan import Budget, Plan, Transition

Variant = Literal["central", "sceptic", "evidence_only"]
RULES = (Budget(), Budget("real_growth", 0.015), Budget("real_growth", 0.0))
BESIDE = ("rules", "rivals", "beliefs")  # what may stand beside a plan: other budget rules, rivals, a sceptic's beliefs


@dataclass(frozen=True)
class Run:
    """One run: a plan under a budget rule, and the run of the same replication it is held against."""

    scenario: str
    budget_rule: str
    variant: Variant
    plan: Plan
    against: str  # key of the baseline run, "" where this is one
    title: str = ""

    @property
    def key(self) -> str:
        return "|".join((self.scenario, self.budget_rule, self.variant))

    @property
    def label(self) -> str:
        """The scenario as summary.csv names it; a variant of beliefs is part of the name."""
        return self.scenario if self.variant == "central" else f"{self.scenario}:{self.variant}"


def runs_for(scenario: Scenario, *, places: Collection[str], rivals: bool = True, variants: bool = True,
             all_rules: bool = True) -> list[Run]:
    """Baselines first, then the plan, then what stands beside it. A plan that changes nothing gets only its baseline."""
    base = files.baseline(scenario, places=places)
    own = scenario.plan.budget
    rules = [own, *(r for r in RULES if r.name != own.name)] if all_rules else [own]
    out: list[Run] = []
    for rule in rules:
        baseline = Run(base.name, rule.name, "central", replace(base.plan, budget=rule), "", base.title)
        out += [baseline, Run(scenario.name, rule.name, "central", replace(scenario.plan, budget=rule), baseline.key,
                              scenario.title)]
    against = out[0].key
    if rivals:
        out += [Run(name, own.name, "central", replace(plan, budget=own, years=scenario.years), against, title)
                for name, title, plan in beside(scenario, places)]
    if variants:
        for variant in ("sceptic", "evidence_only"):
            baseline = replace(out[0], variant=variant)  # type: ignore[arg-type]
            out += [baseline, Run(scenario.name, own.name, variant, scenario.plan,  # type: ignore[arg-type]
                                  baseline.key, scenario.title)]
    seen: dict[str, Run] = {}
    for run in out:
        seen.setdefault(run.key, run)
    return list(seen.values())


def beside(scenario: Scenario, places: Collection[str]) -> list[tuple[str, str, Plan]]:
    """The rivals of a plan: the same without transition money, the same money on home care, health support in homes."""
    plan = scenario.plan
    out: list[tuple[str, str, Plan]] = []
    if plan.changes_nothing:
        return out
    if plan.transition.by_year and plan.shifts:
        out.append((f"{scenario.name}_without_transition", "The same plan without transition money",
                    replace(plan, transition=Transition())))
    if plan.shifts and not all(set(s.to) == {"home_care"} for s in plan.shifts):
        shifts = tuple(replace(s, to={"home_care": 1.0}) for s in plan.shifts)
        levers = {**plan.levers, "home_care_money_to_pay": 0.5}
        out.append(("better_home_care", "The same money on better home care",
                    replace(plan, shifts=shifts, levers=levers, invest={})))
    elif plan.invest and set(plan.invest) != {"home_care"}:
        years = sorted({year for by_year in plan.invest.values() for year in by_year})
        whole = {year: sum(by_year.get(year, 0.0) for by_year in plan.invest.values()) for year in years}
        out.append(("better_home_care", "The same money on better home care",
                    replace(plan, invest={"home_care": whole}, levers={**plan.levers, "home_care_money_to_pay": 0.5})))
    if scenario.name != "care_home_health_support":
        rival = files.load("care_home_health_support", places=places)
        out.append((rival.name, rival.title, rival.plan))
    return out
