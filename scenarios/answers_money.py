"""Where a council's money goes under a plan: from care home places to what is left, year by year, and when it is repaid."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scenarios.answers_base import baseline, by_year, difference, last_year, main_run
from scenarios.answers_words import Range, middle
from scenarios.appraisal.discounting import repaid
from scenarios.results import Results
from simulation.measures import BESIDE, BUDGET_LINES, WATERFALL
from simulation.plan import WEEKS_A_YEAR

NET = "council_net"
DOUBLE = (("Set-up before first use", "set_up"), ("New places not yet filled", "new_places_empty"),
          ("Old places paid for and empty", "block_places_empty"))
BAND = {"older_residential_and_nursing": "older_", "working_age_residential": "working_age_"}
HOMES, AT_HOME = "Care home places", "Other support for the people concerned"


class Step(NamedTuple):
    """One step from what is moved to what is left, in pounds a year: gained (+) or spent (-) by the council."""

    title: str
    amount: Range


class Paid(NamedTuple):
    """One part of what a plan costs the council, by year: more than doing nothing (+), less (-)."""

    title: str
    by_year: np.ndarray


def spending_lines(r: Results) -> tuple[list[str], list[str]]:
    """Measures of the care home lines that the plan moves money from, and of support at home in the same age bands."""
    lines = list(dict.fromkeys(s.line for s in r.scenario.plan.shifts))
    homes = [f"spend_{line}" for line in lines]
    at_home = [f"spend_{name}" for line in lines for name in BUDGET_LINES if name.startswith(BAND[line]) and name not in lines]
    return homes, [name for name in at_home if not name.endswith(("residential", "residential_and_nursing"))]


def waterfall(r: Results) -> list[Step]:
    """From gross money moved to what is left in the last year; the steps add up to the last one, which is net spending.

    A plan that moves no line starts with the lines themselves, by whom they are for.
    """
    net = difference(r, NET)[:, -1]
    homes, at_home = spending_lines(r)
    out, rest = [], -net
    for title, measures, sign in _steps(homes, at_home) if homes else _without_shift():
        if measures:
            amount = sign * sum((np.nan_to_num(difference(r, m)[:, -1]) for m in measures), np.zeros(r.count))
            rest = rest - amount
            out.append(Step(title, middle(amount)))
    return [*out, Step("Everything else the council pays", middle(rest)), Step("Left to the council", middle(-net))]


def _steps(homes: list[str], at_home: list[str]) -> list[tuple[str, tuple[str, ...], int]]:
    """The steps of a shift; the list of measures knows them for care homes at 65 and over, other lines stand in for it."""
    swap = {WATERFALL[0][1]: tuple(homes), WATERFALL[2][1]: tuple(at_home)}
    return [(title, swap.get(measures, measures), sign) for title, measures, sign in WATERFALL[:-2]]


def _without_shift() -> list[tuple[str, tuple[str, ...], int]]:
    titles = dict.fromkeys(title for _, (_, title), _ in BUDGET_LINES.values())
    lines = [(t, tuple(f"spend_{n}" for n, (_, (_, title), _) in BUDGET_LINES.items() if title == t), -1) for t in titles]
    return [*lines, ("Contributions", ("contributions",), 1), ("NHS and other income", ("nhs_and_other_income",), 1)]


def beside_money(r: Results) -> list[tuple[str, str, Range]]:
    """What else moves, in other purses and in hours: title, unit, the last year's difference."""
    return [(title, r.units.get(measure, ""), last_year(r, measure)) for title, measure in BESIDE]


def cash_flow(r: Results) -> list[Paid]:
    """What the plan costs the council by year, in parts that add up to net spending; double running under its three tags."""
    def mean_of(measure: str) -> np.ndarray:
        return np.nan_to_num(difference(r, measure).mean(axis=0))

    double = [Paid(title, mean_of(measure)) for title, measure in DOUBLE]
    homes = sum((mean_of(m) for m in spending_lines(r)[0]), np.zeros(r.scenario.years))
    parts = [*double, Paid(HOMES, homes - double[-1].by_year)] if homes.any() else double
    rest = mean_of(NET) - sum((p.by_year for p in parts), np.zeros(r.scenario.years))
    return [*parts, Paid("Other support, coordination, lost contributions", rest)]


def added_up(r: Results, measure: str = NET) -> list[Range]:
    """What the plan has cost since the first year, at the end of each year."""
    return [middle(column) for column in np.cumsum(difference(r, measure), axis=1).T]


def paid_back(r: Results, measure: str = NET) -> np.ndarray:
    """For each world: the year (from 0) by whose end what it cost is repaid for good; infinity where it never is."""
    return repaid(-difference(r, measure))


def asked_and_moved(r: Results) -> tuple[np.ndarray, list[Range]] | None:
    """Pounds a year that the plan asks to move, and by how much the care home lines really fell; None without a shift."""
    plan = r.scenario.plan
    if not plan.shifts:
        return None
    weeks = range(r.scenario.years * WEEKS_A_YEAR)
    asked = np.zeros(r.scenario.years)
    for shift in plan.shifts:
        share = np.array([shift.share_at(w) for w in weeks]).reshape(r.scenario.years, WEEKS_A_YEAR).mean(axis=1)
        asked += share * np.nan_to_num(baseline(r, f"spend_{shift.line}").mean(axis=0))
    fell = -sum((difference(r, m) for m in spending_lines(r)[0]), np.zeros((r.count, r.scenario.years)))
    return asked, [middle(column) for column in fell.T]


def released(r: Results) -> list[Range]:
    """Pounds a year that care home places really set free, as far as the plan asks; late, for money follows places."""
    return by_year(r, "released", main_run(r))
