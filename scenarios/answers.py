"""What a comparison says, in words a councillor can repeat: ranges before points, nothing recommended.

Used by the command, by the report and by `--json`, so that all three say the same. Money: answers_money. People:
answers_people. What stands beside the plan: answers_beside. How sure: answers_sure. How figures are written:
answers_words.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from scenarios.answers_base import (
    ENOUGH,
    HEADLINES,
    PlanType,
    band_words,
    baseline,
    baselines,
    by_year,
    changes_nothing,
    difference,
    enough,
    last_year,
    lowers_spending,
    main_run,
    pairs_told,
    plan_type,
    range_name,
    same_cut_was_run,
    total,
    years,
)
from scenarios.answers_beside import Beside, beside, doubted
from scenarios.answers_money import Paid, cash_flow, paid_back, waterfall
from scenarios.answers_sure import caveats, rests_on
from scenarios.answers_words import FINEST, Range, apart, listed, mean, middle, plain, span, step, tenths
from scenarios.results import Results

__all__ = ["ENOUGH", "HEADLINES", "Beside", "Paid", "PlanType", "Point", "Row", "band_words", "baseline", "baselines",
           "beside", "by_year",
           "cash_flow", "caveats", "changes_nothing", "dearer", "difference", "doubted", "enough", "last_year", "lowers_spending", "main_run", "numbers",
           "paid_back", "plan_line", "plan_type", "points", "range_name", "same_cut_was_run",
           "rests_on", "sentence", "small_table", "total",
           "waterfall", "years"]


PAYERS = (("the NHS's cash for hospital and community work", "nhs_cash"),
          ("care the NHS pays for", "nhs_continuing_care"), ("the benefits system", "dwp"), ("people's own money", "people_pay"))
PLAN_TYPES: dict[PlanType, str] = {
    "SHIFT": "at least half of what some budget lines lose goes to others",
    "INVESTMENT": "budget lines gain more than twice what others lose",
    "CUT": "budget lines lose more than twice what others gain",
    "NO CHANGE": "no budget line changes by more than chance",
    "TYPE NOT CLEAR": "with so few pairs of runs, no change of a budget line can be told from chance",
}


class Row(NamedTuple):
    """One line of a table, written out."""

    title: str
    baseline: str
    difference: str
    interval: str


class Point(NamedTuple):
    """A question a reader has in the first minute, and the answer."""

    question: str
    answer: str


def sentence(r: Results) -> str:
    """The answer in a few sentences: range first, how often it costs less, when it is repaid, what it does to people."""
    return " ".join(p.answer for p in points(r) if p.question in ("What it costs", "When it pays back", "People",
                                                                  "Hospital"))


def points(r: Results) -> list[Point]:
    """What it costs, when it pays back, who else pays, what it does to people and hospital, how sure we are."""
    if changes_nothing(r):
        return [Point("What it costs", "This plan changes nothing: it is present policy, and every difference is nought.")]
    return [Point("What it costs", _cost(r)), Point("When it pays back", _payback(r)),
            Point("Who else pays", _payers(r)), Point("People", _people(r)), Point("Hospital", _hospital(r)),
            Point("How sure", _sure(r))]


def _cost(r: Results) -> str:
    net = difference(r, "council_net")[:, -1]
    n, less = r.count, int((net < 0).sum())
    if not enough(r):
        how_many = f"from only {pairs_told(r).replace(' of runs', '')}: a first look, not a result"
        often = f"it is lower at all in {less} of {n}"
    else:
        how_many = f"8 in 10 of the {n} worlds run"
        often = f"it is lower at all in {tenths(less, n)} ({less} of {n})"
    told = apart(middle(net), "money", of="a year")
    than = "from what it would be" if told.startswith("no different") else "than"
    return f"By {years(r)[-1]} net council spending is {told} {than} if present policy went on ({how_many}); {often}."


def _payback(r: Results) -> str:
    money, names = difference(r, "council_net"), years(r)
    ranges = by_year(r, "council_net")
    dear = dearer(ranges)
    if not dear:
        return "In no year does it cost the council more than doing nothing, on average over the worlds run."
    worst = int(np.argmax(money.mean(axis=0)))
    top = ranges[worst]
    grant, outside = total(r, "transition_money").mean, ""
    if grant > 0 and r.scenario.plan.transition.by_year:
        outside = f"; {plain(grant, 'money', step(top, 'money'))} in all comes from outside as transition money"
    return (f"{_until(dear, names)}, by up to {plain(top.high, 'money', step(top, 'money'))} "
            f"in {names[worst]}{outside}. {_repaid(r)}")


def dearer(ranges: list[Range]) -> list[int]:
    """The years in which the plan costs more than doing nothing on average, by enough to be written."""
    return [k for k, x in enumerate(ranges) if x.mean * 2 >= FINEST["money"]]


def _until(dear: list[int], names: list[str]) -> str:
    if len(dear) == len(names):
        return "It costs more than doing nothing in every year"
    if dear == list(range(len(dear))):
        return f"It costs more than doing nothing until {names[len(dear)]}"
    first = "one year" if len(dear) == 1 else f"{len(dear)} of {len(names)} years"
    return f"It costs more than doing nothing in {first}, the last {names[dear[-1]]}"


def _repaid(r: Results) -> str:
    """When what it costs is repaid, added up from the first year, and in how many of the worlds."""
    repaid, n = paid_back(r), r.count
    k = int(np.isfinite(repaid).sum())
    if not k:
        return f"Added up, it is never repaid within the {r.scenario.years} years."
    half = float(np.sort(repaid)[(n - 1) // 2])
    when = f", by {years(r)[int(half)]} in half of them" if np.isfinite(half) and n > 1 else ""
    return f"Added up, it is repaid within the {r.scenario.years} years in {k} of {n} worlds{when}."


def _payers(r: Results) -> str:
    said = [f"{name} is {apart(last_year(r, measure), 'money')}" for name, measure in PAYERS]
    hours = apart(last_year(r, "unpaid_hours"), "count", "fewer", "more")
    return (f"In {years(r)[-1]}, beside the council: {listed(said)} a year. Families' unpaid hours a week, never added "
            f"to money: {hours}.")


def _people(r: Results) -> str:
    life, base = last_year(r, "ascot_years"), float(baseline(r, "ascot_years")[:, -1].mean())
    homes = last_year(r, "care_home_council", group="65+")
    return (f"Quality of life, in ASCOT-years (years of life weighted by its quality): {apart(life, 'count', 'fewer', 'more')} a "
            f"year, of {plain(base, 'count', step(life, 'count'))}. "
            f"People of 65 and over in care homes the council pays for: {apart(homes, 'count', 'fewer', 'more')}.")


def _hospital(r: Results) -> str:
    days, base = last_year(r, "bed_days"), float(baseline(r, "bed_days")[:, -1].mean())
    return (f"Days in a hospital bed: {apart(days, 'count', 'fewer', 'more')} a year, of {plain(base, 'count', step(days, 'count'))}; "
            f"days waiting to leave: {apart(last_year(r, 'delayed_days'), 'count', 'fewer', 'more')}.")


def _sure(r: Results) -> str:
    from simulation.evidence import register

    entries = list(register.load().entries.values())
    kinds = [e.kind for e in entries]
    told = doubted(r)
    return (f"Of the {len(entries)} numbers the model believes, {kinds.count('assumption')} are assumptions and "
            f"{kinds.count('calibrated')} are calibrated to published totals. {told}").strip()


def plan_line(r: Results) -> str:
    """The plan's type in words, with what all spending on support does: computed, never claimed."""
    kind = plan_type(r)
    if changes_nothing(r):
        return f"{kind}: {PLAN_TYPES[kind]}."
    spent = apart(last_year(r, "council_total"), "money", of="a year")
    return f"{kind}: {PLAN_TYPES[kind]}. All spending on support by {years(r)[-1]}: {spent}, beside doing nothing."


def small_table(r: Results) -> list[Row]:
    """A dozen lines: the last year of the plan beside doing nothing, no more digits than the range can bear."""
    out = []
    for h in HEADLINES:
        base, x = float(baseline(r, h.measure, group=h.group)[:, -1].mean()), last_year(r, h.measure, group=h.group)
        to = step(x if x.high > x.low else middle(np.array([base])), h.how)
        out.append(Row(h.title, plain(base, h.how, to), mean(x, h.how), span(x, h.how)))
    return out


def numbers(r: Results) -> list[dict[str, Any]]:
    """The small table as numbers, for whoever reads with a program; the same as in summary.csv."""
    out = []
    for h in HEADLINES:
        x, base = last_year(r, h.measure, group=h.group), float(baseline(r, h.measure, group=h.group)[:, -1].mean())
        values = {"baseline_mean": base, "difference_low80": x.low, "difference_high80": x.high, "difference_mean": x.mean}
        out.append({"measure": h.measure, "unit": r.units.get(h.measure, ""), "group": h.group, "year": years(r)[-1],
                    **{k: v if np.isfinite(v) else None for k, v in values.items()}})
    return out
