"""From a filled form to a plan counted in weeks and pounds, and to what a reader must be told about it."""

from __future__ import annotations

from decimal import Decimal

from scenarios.form import RulesPart, ScenarioForm, ShiftPart, ShockPart, TransitionPart
from simulation.plan import WEEKS_A_YEAR, Budget, Plan, Shift, Shock, Transition

RATIONING = {"package_size": "new packages {size} smaller than the need that was assessed",
             "assessments": "{size} less capacity to assess and review, so people wait longer"}
OTHER_CUTS = {"prevention": "prevention and community lines are cut by {size}",
              "fee_uplift": "council fees grow {size} a year more slowly than the cost of care, so some "
                            "providers may hand work back"}


def compiled(filled: ScenarioForm, name: str) -> Plan:
    """What the council decides, in weeks from the first week of the plan and in shares of 1."""
    first = filled.first_year
    return Plan(
        name=name, title=filled.title, years=filled.years,
        budget=Budget() if filled.budget is None else Budget("real_growth", _share(filled.budget)),
        shifts=tuple(_shift(part, first) for part in filled.shifts),
        transition=_transition(filled.transition, first),
        invest={model: {year - first: pounds for year, pounds in sorted(by_year.items())}
                for model, by_year in filled.invest.items() if any(by_year.values())},
        levers=_levers(filled.rules),
        shocks=tuple(_shock(part, first) for part in filled.shocks))


def flags(plan: Plan) -> list[str]:
    """What a reader must be told of a plan before any result, in plain English."""
    said = [f"Care Act risk: {words.format(size=_size(plan.lever(lever)))}"
            for lever, words in RATIONING.items() if plan.lever(lever) < 0]
    said += [words.format(size=_size(plan.lever(lever)))
             for lever, words in OTHER_CUTS.items() if plan.lever(lever) < 0]
    if any(shock.what == "cut" for shock in plan.shocks):
        said.append("the plan has a cut to the council's budget in it")
    if plan.shifts and not any(plan.transition.by_year.values()):
        said.append("no transition money: the new is paid for only as the old falls empty")
    if any(shift.line == "working_age_residential" for shift in plan.shifts):
        said.append("working-age places fall empty slowly: money may move later than the plan asks")
    if any(model in shift.to for shift in plan.shifts for model in ("residential", "nursing")):
        said.append("part of the money that moves goes to care homes again")
    if plan.transition.by_year and not (plan.shifts or plan.invest):
        said.append("transition money with no shift and no investment: there is nothing for it to build")
    return said


def _share(percent: Decimal) -> float:
    return float(percent / 100)


def _size(share: float) -> str:
    return f"{abs(share) * 100:.4g}%"


def _shift(part: ShiftPart, first: int) -> Shift:
    start, last = part.over
    return Shift(line=part.line, share=_share(part.share), start=(start - first) * WEEKS_A_YEAR,
                 full=(last + 1 - first) * WEEKS_A_YEAR, to={model: _share(part.to[model]) for model in part.to})


def _transition(part: TransitionPart | None, first: int) -> Transition:
    if part is None:
        return Transition()
    by_year = {year - first: part.amount * _share(part.spent[year]) for year in sorted(part.spent)}
    return Transition({year: pounds for year, pounds in by_year.items() if pounds}, part.paid_by, tuple(part.on))


def _levers(rules: RulesPart) -> dict[str, float]:
    said = {name: getattr(rules, name) for name in type(rules).model_fields}
    return {name: _share(value) if isinstance(value, Decimal) else value
            for name, value in said.items() if value is not None}


def _shock(part: ShockPart, first: int) -> Shock:
    start, week = part.when
    size = _share(part.size) if isinstance(part.size, Decimal) else float(part.size)
    return Shock(what=part.what, week=(start - first) * WEEKS_A_YEAR + week,  # type: ignore[arg-type]
                 size=size, service=part.service or "")
