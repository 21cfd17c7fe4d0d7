"""Which runs answer a question: the plan and doing nothing under three budget rules, its rivals, a sceptic's run.

Every run of one replication shares its people, its luck and its world (one set of values of the evidence), so the
difference between two runs is the plan's doing and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from scenarios import plan as files
from scenarios.plan import Scenario
from simulation.plan import Budget, Plan, Transition

Variant = Literal["central", "sceptic", "evidence_only"]
Takes = Literal["", "money", "total"]  # the money a plan puts in; or all that the council spends with it, net
Figures = Mapping[tuple[int, str, str, str], float]  # of one run: (year, measure, unit, group) -> value
SAME_CUT = "same_cut_no_reform"
PUT_IN = ("transition_money", "released", "invested")  # up front, set free in care homes, and on top of the budget
RULES = (Budget(), Budget("real_growth", 0.015), Budget("real_growth", 0.0))
BESIDE = ("rules", "rivals", "beliefs")  # what may stand beside a plan: other budget rules, rivals, a sceptic's beliefs
STRUCTURES = "structures"  # the plan and doing nothing once more under every choice of structure, in the same worlds
FUTURES = "futures"  # rivals too under every other rule and belief: regret over all of them, for twice the time


@dataclass(frozen=True)
class Run:
    """One run: a plan under a budget rule, and the run of the same replication it is held against."""

    scenario: str
    budget_rule: str
    variant: Variant
    plan: Plan
    against: str  # key of the baseline run, "" where this is one
    title: str = ""
    takes: Takes = ""  # of a rival: what it takes from the plan's own run in the same world, year by year
    of: str = ""  # key of the run it takes it from

    @property
    def key(self) -> str:
        return "|".join((self.scenario, self.budget_rule, self.variant))

    @property
    def label(self) -> str:
        """The scenario as summary.csv names it; a variant of beliefs is part of the name."""
        return self.scenario if self.variant == "central" else f"{self.scenario}:{self.variant}"


def runs_for(scenario: Scenario, *, places: Collection[str], rivals: bool = True, variants: bool = True,
             all_rules: bool = True, futures: bool = False) -> list[Run]:
    """Baselines first, then the plan, then what stands beside it. A plan that changes nothing gets only its baseline.

    `futures` runs the rivals under the other budget rules and beliefs as well, where those are run.
    """
    base, own = files.baseline(scenario, places=places), scenario.plan.budget
    rules = [own, *(r for r in RULES if r.name != own.name)] if all_rules else [own]
    found = beside(scenario, places) if rivals else []
    out: list[Run] = []

    def one(name: str, plan: Plan, rule: Budget, variant: Variant, title: str, against: str = "", takes: Takes = "", of: str = "") -> Run:
        out.append(Run(name, rule.name, variant, replace(plan, budget=rule, years=scenario.years), against, title, takes, of))
        return out[-1]

    def future(rule: Budget, variant: Variant) -> tuple[str, str]:
        against = one(base.name, base.plan, rule, variant, base.title).key
        return against, one(scenario.name, scenario.plan, rule, variant, scenario.title, against).key

    every = [(rule, "central", *future(rule, "central")) for rule in rules]
    if not futures:
        _stand(one, found, every[:1])
    if variants:
        every += [(own, variant, *future(own, variant)) for variant in ("sceptic", "evidence_only")]
    if futures:
        _stand(one, found, every)
    seen: dict[str, Run] = {}
    for run in out:
        seen.setdefault(run.key, run)
    return list(seen.values())


def _stand(one: Callable[..., Run], rivals: Sequence[tuple[str, str, Plan, Takes]], futures: Sequence[tuple[Budget, Any, str, str]]) -> None:
    """Rivals of a plan in these futures: (budget rule, beliefs, what they are held against, the plan's own run there)."""
    for rule, variant, against, of in futures:
        for name, title, plan, takes in rivals:
            one(name, plan, rule, variant, title, against, takes, of if takes else "")


def beside(scenario: Scenario, places: Collection[str]) -> list[tuple[str, str, Plan, Takes]]:
    """The rivals of a plan, and what each takes from it in the same world: the same without transition money, the same money
    on better home care, the same money on health support in homes, the same cut without reform.

    A plan that puts no money in has none to spend otherwise; a plan that turns out not to lower spending is no cut, and
    its last rival is not shown.
    """
    plan = scenario.plan
    out: list[tuple[str, str, Plan, Takes]] = []
    if plan.changes_nothing:
        return out
    if plan.transition.by_year and plan.shifts:
        out.append((f"{scenario.name}_without_transition", "The same plan without transition money",
                    replace(plan, transition=Transition()), ""))
    if puts_money_in(plan):
        out += _same_money(scenario, places)
    return [*out, (SAME_CUT, "The same cut, no reform", Plan(SAME_CUT, "The same cut, no reform", scenario.years), "total")]


def puts_money_in(plan: Plan) -> bool:
    """Whether a plan pays for anything more: by a shift, an investment, transition money, or a lever that adds."""
    return bool(plan.shifts or plan.transition.by_year or any(any(y.values()) for y in plan.invest.values()) or any(x > 0 for x in plan.levers.values()))


def _same_money(scenario: Scenario, places: Collection[str]) -> list[tuple[str, str, Plan, Takes]]:
    """The same pounds on better home care (a shift from the same line, where the plan has one) and on health in care homes."""
    plan, title, out = scenario.plan, "The same money on better home care", []
    whole = {year: sum(by_year.get(year, 0.0) for by_year in plan.invest.values()) for year in sorted({y for x in plan.invest.values() for y in x})}
    on_top = {"home_care": whole} if any(whole.values()) else {}
    paid_for = {name for s in plan.shifts for name in s.to} | {name for name, by_year in plan.invest.items() if any(by_year.values())}
    if paid_for - {"home_care"}:
        shifts = tuple(replace(s, to={"home_care": 1.0}) for s in plan.shifts)
        out.append((BETTER, title, replace(plan, shifts=shifts, levers={**plan.levers, **HALF_ON_PAY}, invest=on_top), ""))
    elif not paid_for:
        out.append((BETTER, title, Plan(BETTER, title, plan.years, levers=HALF_ON_PAY, invest={"home_care": {}}), "money"))
    if scenario.name != (health := "care_home_health_support"):
        said = "The same money on health support in care homes"
        out.append((health, said, Plan(health, said, plan.years, invest={health: {}}), "money"))
    return out


BETTER, HALF_ON_PAY = "better_home_care", {"home_care_money_to_pay": 0.5}  # as in the library's own rival


def with_money(run: Run, found: Mapping[str, Figures]) -> Run:
    """A rival with what it takes from the plan's finished run of the same world, in pounds by year; any other run as it is.

    Money: what the plan puts in (transition money, what is set free in care homes, investment), or where it does so by
    none of these, what the council spends more in all. Total: a budget of what the council spent net with the plan.
    """
    if not run.takes:
        return run
    years = range(run.plan.years)
    with_plan, without = found[run.of], found[run.against]
    if run.takes == "total":
        return replace(run, plan=replace(run.plan, budget=Budget("given", pounds={y: _pounds(with_plan, "council_net", y) for y in years})))
    put = {y: sum(_pounds(with_plan, m, y) for m in PUT_IN) for y in years}
    if not any(put.values()):
        put = {y: max(_pounds(with_plan, "council_total", y) - _pounds(without, "council_total", y), 0.0) for y in years}
    return replace(run, plan=replace(run.plan, invest={name: put for name in run.plan.invest}))


def _pounds(found: Figures, measure: str, year: int) -> float:
    return found.get((year, measure, "pounds", "all"), 0.0)
