"""What a comparison says, in words a councillor can repeat: ranges before points, nothing recommended.

Used by the command, by the report and by `--json`, so that all three say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from scenarios.results import Results

ENOUGH = 20  # pairs below which an answer is a first look
PlanType = Literal["SHIFT", "INVESTMENT", "CUT", "NO CHANGE"]

# title, measure, how to write it
HEADLINES: tuple[tuple[str, str, str], ...] = (
    ("Council net spending", "council_net", "money"),
    ("Council gross spending", "council_gross", "money"),
    ("Contributions people pay the council", "contributions", "money"),
    ("NHS cash, its care places included", "nhs_cash", "money"),
    ("Work and Pensions (benefits and rents)", "dwp", "money"),
    ("People's own money", "people_pay", "money"),
    ("Quality of life (ASCOT-years)", "ascot_years", "count"),
    ("Lonely often or always", "lonely_often", "share"),
    ("Families' unpaid hours a week", "unpaid_hours", "count"),
    ("Emergency hospital stays", "emergency_stays", "count"),
    ("Days in a hospital bed", "bed_days", "count"),
    ("Days ready to leave hospital, waiting", "delayed_days", "count"),
    ("People in care homes paid for by the council", "care_home_council", "count"),
)


class Row(NamedTuple):
    """One line of a table, written out."""

    title: str
    baseline: str
    difference: str
    interval: str


class Range(NamedTuple):
    """A difference over replications: mean and the middle 80%."""

    mean: float
    low: float
    high: float


def middle(values: np.ndarray) -> Range:
    """Mean and the range that holds 8 in 10 of the worlds run."""
    kept = values[np.isfinite(values)]
    if not len(kept):
        return Range(np.nan, np.nan, np.nan)
    low, high = np.quantile(kept, (0.1, 0.9))
    return Range(float(kept.mean()), float(low), float(high))


def main_run(r: Results) -> Any:
    """The run of the plan itself, under its own budget rule."""
    return r.run(r.scenario.name, r.scenario.plan.budget.name)


def changes_nothing(r: Results) -> bool:
    """Whether this plan is what it is compared with."""
    return not main_run(r).against


def last_year(r: Results, measure: str, run: Any = None, group: str = "all") -> Range:
    """The difference in the last year of the plan."""
    return middle(r.paired(run or main_run(r), measure, group)[:, -1])


def whole_plan(r: Results, measure: str, run: Any = None) -> Range:
    """The difference summed over all years of the plan."""
    return middle(r.paired(run or main_run(r), measure).sum(axis=1))


def plan_type(r: Results) -> PlanType:
    """What kind of plan this is, from the arithmetic: all that is spent on support over the plan's years."""
    if changes_nothing(r):
        return "NO CHANGE"
    change = whole_plan(r, "council_gross")
    base = r.of_key(main_run(r).against, "council_gross").sum(axis=1).mean()
    if abs(change.mean) < base / 1000 * 2 and r.scenario.plan.shifts:
        return "SHIFT"
    return "INVESTMENT" if change.mean > 0 else "CUT"


def sentence(r: Results) -> str:
    """The answer in a few sentences: range first, chance of costing less, when it is repaid, what it does to people."""
    if changes_nothing(r):
        return "This plan changes nothing: it is present policy, and every difference is nought."
    run, n = main_run(r), r.count
    money = r.paired(run, "council_net")
    final, year = middle(money[:, -1]), r.scenario.financial_year(r.scenario.years - 1)
    less = int((money[:, -1] < 0).sum())
    running = np.cumsum(money.mean(axis=0))
    behind = np.flatnonzero(running > 0)
    worst = int(np.argmax(money.mean(axis=0)))
    if not len(behind):
        paid = "Added up from the first year, it has not cost the council more at any year's end."
    elif behind[-1] == len(running) - 1:
        paid = f"What it costs is not repaid within {r.scenario.years} years."
    else:
        paid = f"What it costs is repaid by {r.scenario.financial_year(int(behind[-1]) + 1)}."
    life, beds = last_year(r, "ascot_years"), last_year(r, "bed_days")
    return (
        f"In {year} the council's net spending differs from doing nothing by {_span(final, 'money')} a year "
        f"(8 in 10 of the {n} worlds run); it is lower in {less} of {n}. "
        f"The dearest year is {r.scenario.financial_year(worst)}, at {_write(float(money.mean(axis=0)[worst]), 'money', True)}. "
        f"{paid} "
        f"Quality of life changes by {_span(life, 'count')} ASCOT-years a year, days in a hospital bed by "
        f"{_span(beds, 'count')}."
    )


def small_table(r: Results) -> list[Row]:
    """A dozen lines: the last year of the plan beside doing nothing."""
    run = main_run(r)
    return [_row(title, r.of_key(run.against or run.key, m)[:, -1].mean(),
                 last_year(r, m) if run.against else Range(0.0, 0.0, 0.0), how) for title, m, how in HEADLINES]


def beside(r: Results, measures: Sequence[tuple[str, str, str]] = HEADLINES) -> list[tuple[str, str, list[str]]]:
    """Every run beside the plan: title, budget rule, and the last year's differences written out."""
    return [(run.title + _belief(run.variant), run.budget_rule,
             [_span(last_year(r, m, run), how) for _, m, how in measures]) for run in r.runs if run.against]


def waterfall(r: Results) -> list[tuple[str, float]]:
    """From gross money moved to what is left in the last year, in pounds, means over the worlds."""
    run = main_run(r)
    at = {m: float(np.nan_to_num(r.of(run, m)[:, -1]).mean()) for m in
          ("released", "income_lost", "other_support", "left_for_models")}
    return [("Released as places fall empty", at["released"]), ("Contributions lost", -at["income_lost"]),
            ("Other support for people at home", -at["other_support"]), ("Left for the models", at["left_for_models"])]


def caveats(r: Results, about: dict[str, Any]) -> list[str]:
    """What a reader must know before believing a figure."""
    from simulation import places

    said = []
    if r.count < ENOUGH:
        said.append(f"A first look, not a result: {r.count} pairs of runs, and a result needs at least {ENOUGH}.")
    if r.one_in > 1:
        there = places.load(about["place"])
        adults = there.people[:, 18:].sum()
        base = main_run(r)
        people = r.of_key(base.against or base.key, "people")[:, 0].mean()
        homes = r.of_key(base.against or base.key, "care_home_council")[:, 0].mean()
        said.append(
            f"A sample: one adult in {r.one_in}, with homes of true size and a {r.one_in}th as many; small services and "
            f"queues behave unlike those of the whole place. Gap to full size in the first year: people "
            f"{people / adults - 1:+.1%} on the published {adults:,.0f}; council-funded residents, all ages, {homes:,.0f} here.")
        said.append(f"Whole place and all pairs: careshift compare {about['scenario']} --replications "
                    f"{max(ENOUGH, r.scenario.replications)}")
    england = len(places.load(about["place"]).from_england())
    said.append(f"{england} of the place's {len(places.load(about['place']).figures)} figures are England's rate, not its own.")
    said.append("The interval holds chance and doubt about evidence" if r.worlds == "drawn" else "The interval holds chance alone")
    said[-1] += "; it does not hold doubt about calibrated numbers or about the model's form."
    return said


def rests_on(entries: Sequence[Any]) -> str:
    """How many numbers, and what they rest on."""
    n = max(len(entries), 1)
    strong = sum(e.grade in "AB" for e in entries)
    calibrated = sum(e.kind == "calibrated" for e in entries)
    assumed = sum(e.grade == "D" and e.kind != "calibrated" for e in entries)
    effects = [e for e in entries if e.is_effect]
    return (f"{len(entries)} numbers: {strong / n:.0%} of grades A and B, {calibrated / n:.0%} calibrated, "
            f"{assumed / n:.0%} assumption; {len(effects)} are effects of support, "
            f"{sum(e.grade == 'D' for e in effects)} of them assumed")


def _belief(variant: str) -> str:
    return {"sceptic": " (sceptic: no assumed effects)", "evidence_only": " (only effects of grades A and B)"}.get(variant, "")


def _row(title: str, base: float, difference: Range, how: str) -> Row:
    return Row(title, _write(base, how), _write(difference.mean, how, True), _span(difference, how))


def _span(x: Range, how: str) -> str:
    return f"{_write(x.low, how, True)} to {_write(x.high, how, True)}"


def _write(x: float, how: str, signed: bool = False) -> str:
    if not np.isfinite(x):
        return "not recorded"
    sign = ("+" if x > 0 else "-" if x < 0 else "") if signed else ("-" if x < 0 else "")
    x = abs(x)
    if how == "money":
        return f"{sign}£{x / 1e6:,.1f}m"
    if how == "share":
        return f"{sign}{x:.2%}"
    return f"{sign}{x:,.0f}" if x >= 10 else f"{sign}{x:.1f}"
