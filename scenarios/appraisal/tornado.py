"""One thing at a time: how far the net present social value moves when a value, a rule or a belief is another one."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from scenarios.answers_base import main_run, shown_runs
from scenarios.answers_beside import rule_words
from scenarios.appraisal.sure import needs_enough
from scenarios.appraisal.values import Wellbeing
from scenarios.appraisal.whole import Appraisal, of_run
from simulation.evidence import register

SHORT = {"sceptic": "no assumed effects", "evidence_only": "grades A and B alone"}


class Swing(NamedTuple):
    """One thing that is moved: the mean net present social value at its either end, and what the ends are."""

    title: str
    low: float
    high: float
    at_low: str
    at_high: str

    @property
    def width(self) -> float:
        return abs(self.high - self.low)


def swings(a: Appraisal) -> list[Swing]:
    """Every swing, the widest first. Raises BadInput from fewer than twenty pairs."""
    needs_enough(a.r.sets, "tornado")
    found = [*_values(a), *_discounts(a), *_futures(a), _worlds(a)]
    return sorted((s for s in found if s.width > 0), key=lambda s: -s.width)


def base(a: Appraisal) -> float:
    """What everything is moved from: the mean as told."""
    return float(a.ledger.social_value.mean())


def _swing(title: str, first: tuple[float, str], second: tuple[float, str]) -> Swing:
    (low, at_low), (high, at_high) = sorted((first, second))
    return Swing(title, low, high, at_low, at_high)


def _values(a: Appraisal) -> list[Swing]:
    """Prices of wellbeing and of a family's hour, and the allowance for optimism, between the ends of their ranges."""
    v, whole = a.ledger.values, base(a)
    entry = v.entries[{Wellbeing.WELLBY: "wellby", Wellbeing.QALY: "qaly", Wellbeing.ASCOT: "ascot"}[a.way]]
    hour = register.load().entries["founding_prices.unpaid_hour"]
    held = (("wellbeing", f"A year of wellbeing ({a.way.value.upper()})", entry, "£{:,.0f}"), ("families", "An hour of unpaid care", hour, "£{:,.2f}"),
            ("optimism", "Allowance for optimism", v.entries["optimism_costs"], "{:.0%}"))
    out = []
    for name, title, e, form in held:
        worth = float(a.ledger[name].value(v).mean())
        if e.value and e.low != e.high:
            out.append(_swing(title, *((whole + (end / e.value - 1) * worth, form.format(end)) for end in (e.low, e.high))))
    return out


def _discounts(a: Appraisal) -> list[Swing]:
    """The discount rate for money between the ends of its range, or nought and twice what it is where the register has no range."""
    e, v = a.ledger.values.entries["discount_costs"], a.ledger.values
    low, high = (e.low, e.high) if e.low != e.high else (0.0, 2 * v.discount_costs)

    def at(rate: float) -> tuple[float, str]:
        return float(replace(a.ledger, values=replace(v, discount_costs=rate)).social_value.mean()), f"{rate:.1%}"

    return [_swing("Discount rate for money", at(low), at(high))]


def _futures(a: Appraisal) -> list[Swing]:
    """Other budget rules and other beliefs, where they were run; both ends among those run, and what was told."""
    r, own, whole = a.r, main_run(a.r), base(a)
    mine = [run for run in shown_runs(r) if run.scenario == own.scenario]
    rules = [(of_run(a, run), rule_words(run.budget_rule).removeprefix("the budget ")) for run in mine if run.variant == "central"]
    beliefs = [(of_run(a, run), SHORT[run.variant]) for run in mine if run.variant != "central"] + [(whole, "")]
    return [_swing(title, min(found), max(found)) for title, found in (("How the budget grows", rules), ("What is believed", beliefs)) if len(found) > 1]


def _worlds(a: Appraisal) -> Swing:
    low, high = np.quantile(a.ledger.social_value, (0.1, 0.9))
    return Swing("Chance, and doubt about the evidence", float(low), float(high), "1 world in 10", "9 in 10")
