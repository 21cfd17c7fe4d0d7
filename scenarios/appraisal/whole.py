"""The whole appraisal of one comparison, worked out once: the command, the page and the workbook all read from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scenarios.answers_base import baseline, changes_nothing, main_run, shown_runs
from scenarios.answers_beside import BELIEFS, rule_words
from scenarios.appraisal import additionality, distribution, saving, sure, switching
from scenarios.appraisal.additionality import Told
from scenarios.appraisal.discounting import Peak, dearest_year, peak_extra, present_value, repaid
from scenarios.appraisal.distribution import Share
from scenarios.appraisal.ledger import Tag, double_running, down_payment, ledger, more
from scenarios.appraisal.lines import PUBLIC, Ledger
from scenarios.appraisal.saving import Kind, Source
from scenarios.appraisal.sure import Chance, Regret
from scenarios.appraisal.switching import Switch
from scenarios.appraisal.values import Values, Wellbeing, shipped
from scenarios.design import Run
from scenarios.results import Results
from simulation.errors import BadInput, Problem

EFFECT = "ascot_years"  # what people gain, on the cost-effectiveness plane, however wellbeing is valued
MOST_WORTH, STEPS = 100_000, 41  # pounds for one more ASCOT-year: how far the curves go, and in how many steps
CHANCES = ("The council spends less over all years", "It pays for the public purse", "It is worth it, people, families and wellbeing counted")


@dataclass(frozen=True)
class Appraisal:
    """One plan against doing nothing, appraised. Where pairs are too few, what may not be told is empty."""

    results: Results
    about: Mapping[str, Any]
    way: Wellbeing
    weighted: bool
    ledger: Ledger
    kinds: list[Kind]
    sources: list[Source]
    told: list[Told]
    tags: list[Tag]
    shares: list[Share]
    chances: list[Chance]
    switches: list[Switch]

    @property
    def r(self) -> Results:
        return self.results

    @property
    def enough(self) -> bool:
        return sure.enough(self.results.sets)

    @property
    def council(self) -> np.ndarray:
        """What the council's net spending falls by, own money and grant together [worlds, years]."""
        return -more(self.results, "council_net")

    @property
    def public(self) -> np.ndarray:
        """What council, grant, NHS and benefits gain together [worlds, years]."""
        return self.ledger.gain(PUBLIC)

    @property
    def council_worth(self) -> np.ndarray:
        """The same over all years, worth in the first [worlds]."""
        return present_value(self.council, self.ledger.values.discount_costs)

    def paid_back(self, discounted: bool = False) -> np.ndarray:
        """The year by whose end the public purse has its money back for good, in each world."""
        return repaid(self.public, self.ledger.values.discount_costs if discounted else 0.0)

    @property
    def peak(self) -> Peak:
        """The deepest the public purse is out of pocket, added up from the start."""
        return peak_extra(self.public)

    @property
    def dearest(self) -> Peak:
        """The dearest year of the council."""
        return dearest_year(self.council)

    @property
    def over_down_payment(self) -> float:
        """Gains per pound laid out first: told late on the page and never a headline."""
        return switching.over_down_payment(self.ledger, down_payment(self.results))


def appraise(r: Results, about: Mapping[str, Any], way: Wellbeing = Wellbeing.WELLBY, *, weighted: bool = False,
             values: Values | None = None) -> Appraisal:
    """Appraise a comparison's plan. From fewer than twenty pairs no chance, break-even or distribution is worked out.

    Raises BadInput for a plan that changes nothing, and for runs that do not hold what an appraisal needs.
    """
    if changes_nothing(r):
        raise BadInput(Problem("", 0, r.scenario.name, "changes nothing, so there is nothing to appraise", "appraise a plan"))
    v, place = values or shipped(), str(about["place"])
    held = ledger(r, way, place=place, values=v)
    many = sure.enough(r.sets)
    chances = [sure.chance(x, title, r.sets) for title, x in zip(CHANCES, (present_value(-more(r, "council_net"), v.discount_costs), held.public_value,
                                                                       held.social_value))] if many else []
    hours = more(r, "unpaid_value"), more(r, "unpaid_hours")
    return Appraisal(r, about, way, weighted, held, saving.kinds(r, held), saving.sources(r), additionality.additionality(r), double_running(r),
                     distribution.shares(r, way, values=v) if many else [], chances,
                     switching.switching(held, _hour(r, *hours)) if many else [])


def _hour(r: Results, value: np.ndarray, hours: np.ndarray) -> float:
    """What an hour of unpaid care was valued at, in the mean over the plan's years."""
    whole = baseline(r, "unpaid_value").mean(), baseline(r, "unpaid_hours").mean()
    return float(whole[0] / (whole[1] * 52)) if whole[1] else float("nan")


def variations(a: Appraisal) -> list[tuple[str, np.ndarray]]:
    """The net present social value under other choices of what to count and what it is worth, in each world; the first as told."""
    v, whole = a.ledger.values, a.ledger.social_value
    value = {line.name: line.value(v) for line in a.ledger.lines}
    entry = v.entries[{Wellbeing.WELLBY: "wellby", Wellbeing.QALY: "qaly", Wellbeing.ASCOT: "ascot"}[a.way]]
    low, high = entry.low / entry.value, entry.high / entry.value
    out = [("As told", whole), ("Money alone: no hours, no wellbeing", whole - value["wellbeing"] - value["families"]),
           ("Without families' hours (strain is in their wellbeing already)", whole - value["families"]),
           ("Without wellbeing", whole - value["wellbeing"]),
           (f"Wellbeing at the low end, £{entry.low:,.0f}", whole + (low - 1) * value["wellbeing"]),
           (f"Wellbeing at the high end, £{entry.high:,.0f}", whole + (high - 1) * value["wellbeing"]),
           ("Without the allowance for optimism", whole - value["optimism"]),
           ("With hospital capacity at average cost", whole + value["capacity"])]
    for other in Wellbeing:
        if other is not a.way:
            out.append((f"Wellbeing valued as {other.value.upper()} instead",
                        whole - value["wellbeing"] + ledger(a.results, other, place=str(a.about["place"]), values=v)["wellbeing"].value(v)))
    if a.shares:
        plain, heavy = distribution.weighted_gain(a.results, a.way, values=v)
        out.append(("With welfare weights on people's own money", whole + heavy - plain))
    return out


# Beside other plans and in other futures ----------------------------------------------------------------------------
def options(a: Appraisal) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The plan and its rivals under the plan's own budget rule: ASCOT-years gained, and what they cost the public purse, by world."""
    r, v = a.results, a.ledger.values
    return {_named(a, run): (present_value(more(r, EFFECT, run), v.discount_wellbeing), -_ledger(a, run).public_value)
            for run in shown_runs(r) if (run.budget_rule, run.variant) == (main_run(r).budget_rule, "central")}


def _ledger(a: Appraisal, run: Run) -> Ledger:
    own = run.key == main_run(a.results).key
    return a.ledger if own else ledger(a.results, a.way, run=run, place=str(a.about["place"]), values=a.ledger.values)


def of_run(a: Appraisal, run: Run) -> float:
    """The mean net present social value of one of the runs."""
    return float(_ledger(a, run).social_value.mean())


def _named(a: Appraisal, run: Run) -> str:
    return "This plan" if run.scenario == a.results.scenario.name else run.title


def worths() -> np.ndarray:
    """Pounds for one more ASCOT-year at which the curves are worked out."""
    return np.linspace(0.0, MOST_WORTH, STEPS)


def curves(a: Appraisal) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Acceptability and expected loss of doing nothing, the plan and its rivals, at each worth of an ASCOT-year."""
    sure.needs_enough(a.results.sets, "acceptability")
    gains = {name: sure.net_benefit(effect, cost, list(worths())) for name, (effect, cost) in options(a).items()}
    return sure.acceptable(gains), sure.expected_loss(gains)


def futures(a: Appraisal) -> tuple[list[str], list[Regret]]:
    """Regret in net present social value, in the mean over worlds: doing nothing, the plan and its rivals in each future that was run.

    A future is a budget rule or a set of beliefs. A rival that was not run there has no figure there and is no rival there.
    """
    r = a.results
    sure.needs_enough(r.sets, "regret")
    names: dict[tuple[str, str], str] = {}
    gains: dict[str, dict[str, float]] = {sure.NOTHING: {}}
    for run in shown_runs(r):
        future = BELIEFS[run.variant] if run.variant != "central" else f"{rule_words(run.budget_rule).capitalize()}"
        name = names.setdefault((run.budget_rule, run.variant), future)
        gains[sure.NOTHING][name] = 0.0
        gains.setdefault(_named(a, run), {})[name] = of_run(a, run)
    found = list(names.values())
    return found, sure.regrets({option: [worth.get(name, np.nan) for name in found] for option, worth in gains.items()})


def regret_by_world(a: Appraisal) -> dict[str, np.ndarray]:
    """Regret in net present social value with each world a future of its own [worlds]: doing nothing, the plan, its rivals."""
    r = a.results
    sure.needs_enough(r.sets, "regret")
    own = [run for run in shown_runs(r) if (run.budget_rule, run.variant) == (main_run(r).budget_rule, "central")]
    gains = {sure.NOTHING: np.zeros(r.count)} | {_named(a, run): _ledger(a, run).social_value for run in own}
    best = np.max(list(gains.values()), axis=0)
    return {name: best - gain for name, gain in gains.items()}
